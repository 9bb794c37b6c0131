/** Versioned JSON documents: read without loss, moved by pure transforms, replaced without a moment of danger. */

export { type Corpus, corpusAt, documentNamed, fileOf, holdsDocument, pathOf, placeNamed } from './files/corpus.ts'
export { disk } from './files/disk.ts'
export type { FileSystem } from './files/file-system.ts'
export { runsFolder } from './files/names.ts'
export { type BackupForm, type JournalEntry, type RunEnd, type RunHead, journalFormat } from './files/journal.ts'
export { listRuns, readEnd, readHead, replacedBy } from './files/journal.ts'
export { type RecoveredRun, unfinishedRuns } from './files/recover.ts'
export { scanCorpus } from './files/scan.ts'
export type { LeftDocument } from './files/prepare.ts'
export { type Sha256, canonicalRule, canonicalText, sha256Of } from './json/canonical.ts'
export { type Limits, type ParsedDocument, defaultLimits, parseDocument } from './json/parse.ts'
export { printDocument, printFresh } from './json/print.ts'
export { type Style, plainStyle } from './json/style.ts'
export type { ExactNumber, JsonObject, JsonValue } from './json/value.ts'
export { type LiveCorpus, type LiveDocument, type LiveOptions, type ReadNewer, openLive } from './live/live-corpus.ts'
export { findContracts } from './migrate/contract-files.ts'
export type { Contracts, Validate } from './migrate/contracts.ts'
export type { HistoryEntry } from './migrate/history-entry.ts'
export { type DocumentOutcome, type MigrateOptions, migrateDocument } from './migrate/migrate-document.ts'
export { type DocumentRules, type DocumentSettings, rulesOf } from './migrate/rules.ts'
export { readVersion } from './migrate/version.ts'
export {
  type PlanOptions,
  type Progress,
  type RunOptions,
  checkPlannedSpace,
  migrateCorpus,
  planCorpus,
} from './runs/migrate-corpus.ts'
export { type Candidates, findCandidates } from './review/candidates.ts'
export { type DocumentRow, type RowAnswer, rowsOfCorpus } from './rows/rows.ts'
export type { CorpusGoal, CorpusPlace, OpenCorpus } from './runs/open-corpus.ts'
export type { CorpusAnswer } from './runs/tally.ts'
export { readDocument } from './runs/read-document.ts'
export { type RehearsedStep, rehearseTransforms } from './runs/rehearse.ts'
export { type InputsAnswer, type InputsSettings, verifyInputs } from './runs/inputs.ts'
export {
  type RestoreAnswer,
  type RestoreGoal,
  lastRunOf,
  planRestore,
  restoreRun,
  restoreTexts,
} from './runs/restore.ts'
export { type EndedRun, listEndedRuns, removeRuns } from './keep/prune.ts'
export { type CorpusSurvey, surveyCorpus } from './runs/survey.ts'
export type { Threads } from './threads/crew.ts'
export { serveAsThread } from './threads/serve.ts'
export { type CorpusVerification, verifyCorpus } from './runs/verify.ts'
export { type CopyReading, makeCorpusCopies, readContents } from './keep/copies.ts'
export type { Refuse } from './keep/tar.ts'
export { type AdoptedBackups, adoptBackups } from './keep/adopt.ts'
export { type MendedCorpus, mendCorpus } from './keep/mend.ts'
export { textsOfPack } from './keep/restore.ts'
export { type Operation, add, map, move, remove, rename, wrap, wrapInList } from './transforms/operations.ts'
export { type TransformRegistry, makeRegistry, stepName } from './transforms/registry.ts'
export { type Transform, type TransformContext, defineTransform, faultsOfTransform } from './transforms/transform.ts'
