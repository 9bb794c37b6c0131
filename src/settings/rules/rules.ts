/** What each value of the configuration may be. One table: the check, the JSON Schema and the reference follow it. */

import { presets, type Policy } from '../../core/policy.ts'
import type { LayoutName } from '../configuration/configuration.ts'
import { documentFields } from './documents.ts'
import { flag, identifier, text, texts, word, type MapRule, type ObjectRule, type Rule } from './rule.ts'

const layouts: Readonly<Record<LayoutName, true>> = {
  lockstep: true,
  numbered: true,
  flyway: true,
  'golang-migrate': true,
  dbmate: true,
  goose: true,
  diesel: true,
  sqlx: true,
  prisma: true,
  drizzle: true,
  auto: true,
}

/** The naming conventions that a store may have. */
export const layoutNames: readonly string[] = Object.keys(layouts)

const policyFields: Readonly<Record<keyof Policy, Rule>> = {
  direction: word(
    'Whether migrations can be taken back; reversible: each needs a down or a reason.',
    'any',
    'reversible',
    'forward-only',
  ),
  run: word('Who runs migrations; operator: a named person with a saved, reviewed plan.', 'anyone', 'operator'),
  retry: word('never: no retry and no automatic resume.', 'bounded', 'never'),
  late: word('What happens to a file that is older than the newest applied one.', 'error', 'run'),
  files: word('sql: no code modules and no placeholders.', 'any', 'sql'),
  data: word('refuse: migrations change no existing rows.', 'allow', 'refuse'),
  protect: texts('Objects that no migration may read, change or drop.'),
  breaking: word(
    'Renames, drops and changes of type: allowed, in a phase of their own, or refused.',
    'allow',
    'phase',
    'error',
  ),
  idempotent: flag('rehearse runs each up twice and wants no change.'),
  drift: word(
    'The structure after a run: written down for verify; refuse: nothing runs where it was changed since.',
    'record',
    'refuse',
    'off',
  ),
  backup: word('When a backup is taken.', 'migration', 'run', 'off'),
  identity: { is: 'text', orNull: true, about: 'Label kept in the store itself, so that a wrong address is noticed.' },
  protected: flag('down, restore, repair accept and repair resolve need the identity typed.'),
}

const policy: ObjectRule = {
  is: 'object',
  fields: policyFields,
  needed: [],
  about: 'The rules that a team keeps for a store.',
}
const preset = word('A whole policy by name.', ...Object.keys(presets))

const placeholders: MapRule = {
  is: 'map',
  of: text('Its value, or a reference (env:NAME, file:path).'),
  keys: /^[A-Za-z_]\w*$/,
  wanted: 'letters, digits and _',
  about: 'Values for ${name:ident}, ${name:literal} and ${name:raw}.',
}

const schema = identifier('Schema of the history tables.')
const table = identifier('Name of the history table.')
const history = (...fields: readonly ('schema' | 'table')[]): ObjectRule => ({
  is: 'object',
  fields: Object.fromEntries(fields.map((name) => [name, name === 'schema' ? schema : table])),
  needed: [],
  about: 'Where the history is kept.',
})

const everyStore = {
  migrations: text('Folder of its migrations.'),
  layout: word('Which naming convention the files follow.', ...layoutNames),
  policy,
  preset,
  placeholders,
}

const kind = (name: string): Rule => word('What the store is.', name)
const url = text('Its address, or where to find it (env:NAME, file:path).')
const password = text('Where to find the password (env:NAME, file:path).')
const path = text('Its place, relative to the folder of the configuration.')

const storeKinds: Readonly<Record<string, ObjectRule>> = {
  postgres: {
    is: 'object',
    fields: { kind: kind('postgres'), url, password, history: history('schema', 'table'), ...everyStore },
    needed: ['url'],
    about: 'A PostgreSQL database.',
  },
  sqlite: {
    is: 'object',
    fields: { kind: kind('sqlite'), path, url, history: history('table'), ...everyStore },
    needed: [],
    eitherOf: ['path', 'url'],
    about: 'A SQLite file.',
  },
  pglite: {
    is: 'object',
    fields: { kind: kind('pglite'), path, url, history: history('schema', 'table'), ...everyStore },
    needed: [],
    eitherOf: ['path', 'url'],
    about: 'A PGlite folder.',
  },
  mysql: {
    is: 'object',
    fields: { kind: kind('mysql'), url, password, history: history('table'), ...everyStore },
    needed: ['url'],
    about: 'A MySQL or MariaDB database.',
  },
  neo4j: {
    is: 'object',
    fields: {
      kind: kind('neo4j'),
      url,
      user: text('User name, or where to find it.'),
      password,
      database: text('Name of the database, or where to find it.'),
      ...everyStore,
    },
    needed: ['url'],
    about: 'A Neo4j database.',
  },
  documents: {
    is: 'object',
    fields: { kind: kind('documents'), ...documentFields, ...everyStore },
    needed: ['files'],
    about: 'JSON documents with a version in them.',
  },
}

const stores: MapRule = {
  is: 'map',
  of: { is: 'variant', by: 'kind', of: storeKinds, about: 'One store.' },
  keys: /^[A-Za-z0-9][\w.-]{0,62}$/,
  wanted: 'letters, digits, ".", "_" and "-", at most 63 of them, the first a letter or a digit',
  about: 'The stores by name.',
}

const backups: ObjectRule = {
  is: 'object',
  fields: {
    path: text('Folder of the backups.'),
    keepDays: { is: 'whole', about: 'How long a backup is kept.' },
    keepAtLeast: { is: 'whole', about: 'So many stay, however old they are.' },
    compress: flag('Compress with zstd.'),
  },
  needed: [],
  about: 'Where backups go and how long they stay.',
}

const alert: ObjectRule = {
  is: 'object',
  fields: {
    url: text('Where to send it, or where to find that.'),
    secret: text('Where to find the key that signs the body.'),
    format: word('Form of the body.', 'json', 'slack'),
    on: { is: 'list', of: word('A cause.', 'failure', 'drift', 'stale-backup'), about: 'When it is sent.' },
  },
  needed: ['url'],
  about: 'One receiver.',
}

/** The whole configuration. */
export const configurationRule: ObjectRule = {
  is: 'object',
  fields: {
    $schema: text('For editors.'),
    stores,
    policy,
    preset,
    placeholders,
    backups,
    alerts: { is: 'list', of: alert, about: 'Who is told when something goes wrong.' },
    release: text('The release that runs are recorded under, or where to find it.'),
  },
  needed: ['stores'],
  about: 'The configuration of Lockstep.',
}
