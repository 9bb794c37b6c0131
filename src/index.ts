/** Lockstep as a library. Everything here is public; nothing else is. */

export { lockstep, type Lockstep, type LockstepOptions } from './library/lockstep.ts'
export {
  openCorpus,
  type ConfiguredCorpus,
  type CorpusBehaviour,
  type DescribedCorpus,
  type OpenedCorpus,
  type ReadDocument,
} from './library/corpus.ts'
export { openManager, type ManagerBackups, type ManagerOptions, type MigrationManager } from './library/manager.ts'
export type { Backups, RestoreBackup, RestoreChoice, RestoreDocuments, VerifyBackups } from './library/backups.ts'
export { defineMigration } from './library/define-migration.ts'
export { add, defineTransform, map, move, remove, rename, wrap, wrapInList } from './app/corpus/define.ts'
export type { Operation, Transform, TransformContext } from './app/corpus/define.ts'
export { defineConfig, type Configuration } from './settings/configuration/configuration.ts'
export { LockstepError, isLockstepError, type ErrorCode } from './core/error.ts'
export type { SchemaVersions, StoredVersions } from './app/live/live-documents.ts'
export type { WrittenBack } from './app/live/write-back.ts'
export type { RegisteredMigration } from './app/opening/registered.ts'
export type * from './app/answers/report.ts'
export type { RestorePreview } from './app/backup/restore.ts'
export type { RehearsalChoice, RehearsedReport, RehearseOptions, RehearseReport, SeedFile } from './app/rehearse.ts'
export type { ShapeReport } from './app/shape.ts'
export type { RunEvent } from './core/event.ts'
export type { CodeMigration, MigrationApi } from './core/ports.ts'
export type { Plan, PlannedMigration } from './core/plan.ts'
export type { Policy } from './core/policy.ts'
