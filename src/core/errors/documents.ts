/** What is wrong with one document, with a transform, or with what a run over a corpus left behind. */

import { entry } from './entry.ts'

/** A document that does not get in: told of one file, the others go on. */
const refusedDocuments = {
  'document-unreadable': entry<{ file: string; reason: string }>({
    exit: 1,
    what: (d) => `${d.file} cannot be read: ${d.reason}`,
    why: 'What cannot be read is not counted as any version.',
    help: (d) => [`ls -l ${d.file}`],
  }),
  'document-not-plain': entry<{ file: string; reason: string }>({
    exit: 4,
    what: (d) => `${d.file} is left alone: ${d.reason}`,
    why: 'Replacing a link would change what its other names show, or a file outside the corpus.',
    help: () => ['put the file itself in its place'],
  }),
  'document-encoding': entry<{ file: string; offset: number; reason: string }>({
    exit: 1,
    what: (d) => `${d.file}: byte ${d.offset} is no UTF-8: ${d.reason}`,
    why: 'Bytes that cannot be decoded could not be written back.',
    help: (d) => [`iconv -f <its encoding> -t UTF-8 ${d.file}`],
  }),
  'document-syntax': entry<{ file: string; line: number; column: number; reason: string }>({
    exit: 1,
    what: (d) => `${d.file}:${d.line}:${d.column}: ${d.reason}`,
    why: 'Only JSON is read; what a lenient reader would guess is not guessed.',
    help: (d) => [`mend ${d.file}, or take it out of the corpus`],
  }),
  'document-duplicate-key': entry<{ file: string; line: number; column: number; key: string }>({
    exit: 1,
    what: (d) => `${d.file}:${d.line}:${d.column}: the key ${JSON.stringify(d.key)} is there twice`,
    why: 'A JSON reader keeps the last one in silence; which one is right only its author knows.',
    help: (d) => [`remove one of them from ${d.file}`],
  }),
  'document-lone-surrogate': entry<{ file: string; line: number; column: number }>({
    exit: 1,
    what: (d) => `${d.file}:${d.line}:${d.column}: half of a character (a lone surrogate)`,
    why: 'No UTF-8 text can hold it: written back, it would be another character.',
    help: (d) => [`mend the \\u escape in ${d.file}`],
  }),
  'document-too-large': entry<{ file: string; bytes: number; bytesMax: number }>({
    exit: 1,
    what: (d) => `${d.file} has ${d.bytes} bytes; the limit is ${d.bytesMax}`,
    why: 'A document is held in memory as a whole, several times over.',
    help: () => ['raise limits.bytesMax of this store'],
  }),
  'document-too-deep': entry<{ file: string; depthMax: number }>({
    exit: 1,
    what: (d) => `${d.file} is nested more than ${d.depthMax} levels deep`,
    why: 'Such text reads well and then exhausts the stack of whatever writes it.',
    help: () => ['raise limits.depthMax of this store'],
  }),
  'document-version-missing': entry<{ file: string; field: string; found: string }>({
    exit: 4,
    what: (d) => `${d.file} does not say its version: ${d.field} is ${d.found}`,
    why: 'A guessed version runs transforms over data that they were not written for.',
    help: (d) => [`write "${d.field}" into ${d.file}`],
  }),
  'document-version-unknown': entry<{ file: string; version: string; nearest: readonly string[] }>({
    exit: 4,
    what: (d) => `${d.file} has version ${d.version}, which no transform and no contract knows`,
    why: 'There is no way from a version that nobody described.',
    help: (d) => (d.nearest.length === 0 ? ['lockstep status'] : [`the nearest known: ${d.nearest.join(', ')}`]),
  }),
  'document-newer': entry<{ file: string; version: string; latest: string }>({
    exit: 8,
    what: (d) => `${d.file} has version ${d.version}; the latest one known here is ${d.latest}`,
    why: 'A newer program wrote it. It is never touched by an older one.',
    help: () => ['use the release that knows this version'],
  }),
  'document-no-way': entry<{ file: string; from: string; to: string; nearest: readonly string[] }>({
    exit: 4,
    what: (d) => `${d.file}: there is no way from ${d.from} to ${d.to}`,
    why: 'Transforms are joined to a path; here one is missing, or has no down.',
    help: (d) => [
      `write a transform ${d.from}-${d.to}`,
      `versions beside ${d.from}: ${d.nearest.join(', ') || 'none'}`,
    ],
  }),
  'document-invalid': entry<{ file: string; version: string; faults: readonly string[] }>({
    exit: 4,
    what: (d) => `${d.file} does not keep the contract of its own version ${d.version}:\n${lines(d.faults)}`,
    why: 'A transform is written for documents that keep their contract. This one is reported, not migrated.',
    help: (d) => [`mend ${d.file}, or the contract of ${d.version}`],
  }),
  'document-result-invalid': entry<{ file: string; version: string; faults: readonly string[]; by?: 'program' }>({
    exit: 4,
    what: (d) => `${d.file} would not keep the contract of version ${d.version}:\n${lines(d.faults)}`,
    why: 'A new version number on a document that does not fit it would be a lie.',
    help: (d) => [d.by === 'program' ? 'mend what is to be written' : `mend the transform that leads to ${d.version}`],
  }),
  'document-protected': entry<{ file: string; path: string; step: string; change: string; by?: 'program' }>({
    exit: 4,
    what: (d) => `${d.file}: ${d.by === 'program' ? 'the' : 'the transform'} ${d.step} would ${d.change} ${d.path}`,
    why: 'That path is protected, or the step may only add: what is there stays as it is.',
    help: (d) => [
      d.by === 'program' ? `write ${d.path} as it was read` : `mend the transform ${d.step}: add only what is absent`,
    ],
  }),
  'document-changed-meanwhile': entry<{ file: string; by?: 'program' }>({
    exit: 1,
    what: (d) =>
      `${d.file} was changed by somebody else ${d.by === 'program' ? 'since it was read' : 'during this run'}, and is left alone`,
    why: 'Replacing it would throw their change away.',
    help: (d) => [d.by === 'program' ? 'read it again, and write what rests on that' : 'lockstep up'],
  }),
}

const transformErrors = {
  'transform-failed': entry<{ file: string; step: string; message: string }>({
    exit: 1,
    what: (d) => `${d.file}: the transform ${d.step} stopped: ${d.message}`,
    why: 'The document stays as it was; others go on.',
    help: (d) => [`mend the transform ${d.step}`],
  }),
  'transform-impure': entry<{ file: string; step: string; reason: string }>({
    exit: 4,
    what: (d) => `the transform ${d.step} is not pure (${d.file}): ${d.reason}`,
    why: 'The same document must give the same bytes, today and on every machine.',
    help: () => ['return a new value; take the time from context.now and names from context.document'],
  }),
  'transform-result': entry<{ file: string; step: string; reason: string }>({
    exit: 4,
    what: (d) => `${d.file}: the transform ${d.step} gave no document of its version: ${d.reason}`,
    why: 'What a step returns is written as it is, so it must be JSON and carry the new version.',
    help: (d) => [`mend what ${d.step} returns`],
  }),
  'transforms-invalid': entry<{ faults: readonly string[] }>({
    exit: 2,
    what: (d) => `the transforms do not fit together:\n${lines(d.faults)}`,
    why: 'There must be one step between two versions, and a way from every version to the latest.',
    help: () => ['mend them, then: lockstep plan'],
  }),
}

const corpusErrors = {
  'corpus-invalid': entry<{ files: string; reason: string }>({
    exit: 2,
    what: (d) => `"${d.files}" is no usable corpus: ${d.reason}`,
    why: 'A corpus is a pattern below one folder, such as artifacts/**/manifest.json.',
    help: () => ["files: 'artifacts/**/manifest.json'"],
  }),
  'document-outside': entry<{ file: string; root: string }>({
    exit: 2,
    what: (d) => `${d.file} is no document of the corpus under ${d.root}`,
    why: 'Nothing outside the root, behind a link or in a dot folder is read or written.',
    help: () => ['name a document as the pattern finds it: lockstep status'],
  }),
  'backup-differs': entry<{ file: string; backup: string }>({
    exit: 6,
    what: (d) => `${d.backup} is there already and does not hold the bytes of ${d.file}`,
    why: 'A backup is never overwritten.',
    help: (d) => [`look at ${d.backup} and move it away, then: lockstep up`],
  }),
  'backup-damaged': entry<{ file: string; backup: string; reason: string }>({
    exit: 6,
    what: (d) => `the backup ${d.backup} of ${d.file} cannot be used: ${d.reason}`,
    why: 'Only what was backed up, byte for byte, is put back.',
    help: () => ['lockstep verify', 'lockstep history    and take an older run'],
  }),
  'space-too-small': entry<{ place: string; needed: number; free: number }>({
    exit: 1,
    what: (d) => `${d.place} has ${mebibytes(d.free)} MiB free; this run may need ${mebibytes(d.needed)} MiB`,
    why: 'The new documents stand beside the old ones until both are safe.',
    help: () => ['make room, then: lockstep up'],
  }),
  'document-changed-since': entry<{ file: string; run: string }>({
    exit: 4,
    what: (d) => `${d.file} was changed after run ${d.run}, and is left as it is`,
    why: 'Putting the old text back would take that change away too.',
    help: () => ['put it back all the same, keeping the present text as a backup: --changed-since replace'],
  }),
  'journal-broken': entry<{ file: string; line: number }>({
    exit: 6,
    what: (d) => `${d.file}: line ${d.line} of the journal is not readable`,
    why: 'Only the last line of a journal can be torn by a crash; this one was changed.',
    help: () => ['compare the documents of that run with its backups by hand'],
  }),
  'run-unknown': entry<{ run: string; known: readonly string[] }>({
    exit: 2,
    what: (d) => `there is no run "${d.run}" in this corpus`,
    why: 'A run is known by its journal in .lockstep/runs.',
    help: (d) => (d.known.length === 0 ? ['lockstep history'] : d.known.slice(-5).map((run) => `--run ${run}`)),
  }),
}

const indexErrors = {
  'index-value': entry<{ file: string; path: string; column: string; reason: string }>({
    exit: 4,
    what: (d) => `${d.file} has no row: ${d.path} does not fit column ${d.column}: ${d.reason}`,
    why: 'A value that is bent until it fits would answer every question wrongly.',
    help: (d) => [`mend ${d.file}, or the column ${d.column} of the configuration`, 'lockstep reindex --leave-out'],
  }),
  'index-missing': entry<{ store: string; reason: string }>({
    exit: 2,
    what: (d) => `store ${d.store} has no table to rebuild: ${d.reason}`,
    why: 'Which columns a table has, and where it is, is said by the configuration; all other verbs need no database.',
    help: (d) => [`stores.${d.store}.index: { url: 'sqlite:index.db', table: ..., columns: { ... } }`],
  }),
  'index-foreign': entry<{ store: string; table: string; place: string; reason: string }>({
    exit: 4,
    what: (d) => `${d.table} in ${d.place} is not the table of store ${d.store}: ${d.reason}`,
    why: 'A table that reindex did not make may hold what no document does.',
    help: () => ['name another table in the configuration', 'if it may go: lockstep reindex --replace-table'],
  }),
  'index-in-use': entry<{ store: string; table: string; place: string; reason: string }>({
    exit: 4,
    what: (d) => `${d.table} in ${d.place} cannot be rebuilt: ${d.reason}`,
    why: 'What others have made of a table would go with it, or follow its rows.',
    help: () => ['drop what is named, and make it again afterwards: lockstep reindex'],
  }),
  'index-refused': entry<{ store: string; table: string; refused: number; seen: number }>({
    exit: 4,
    what: (d) =>
      `${d.table} was not rebuilt: ${d.refused} of ${d.seen} documents of store ${d.store} have no row in it`,
    why: 'A table that lacks documents looks the same as one that is whole.',
    help: () => ['mend the documents that are named', 'build it without them: lockstep reindex --leave-out'],
  }),
}

export const documentErrors = { ...refusedDocuments, ...transformErrors, ...corpusErrors, ...indexErrors }

function lines(faults: readonly string[]): string {
  const shown = faults.slice(0, 10).map((fault) => `  - ${fault}`)
  return (faults.length > 10 ? [...shown, `  - and ${faults.length - 10} more`] : shown).join('\n')
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024)
}
