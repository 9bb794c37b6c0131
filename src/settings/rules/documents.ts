/** What the configuration of a store of documents may say beside what every store may. */

import { flag, identifier, text, texts, word, type ObjectRule, type Rule } from './rule.ts'

const inputs: ObjectRule = {
  is: 'object',
  fields: {
    snapshots: text('Path of an object: name to { path, sha256, bytes }.'),
    hash: text('Path of the hash over all snapshots.'),
    id: {
      is: 'object',
      fields: {
        at: text('Path of the id.'),
        digits: { is: 'whole', about: 'How many digits of the hash it has.' },
      },
      needed: ['at', 'digits'],
      about: 'The id that is made of that hash.',
    },
  },
  needed: ['snapshots'],
  about: 'How documents name the files beside them.',
}

/** Two of a name would be one column; those of our own are in every table. */
const plainName = /^(?!(?:document|stored_version)$)[A-Za-z_]\w{0,47}$/

const column: ObjectRule = {
  is: 'object',
  fields: {
    at: text('Path of the value in a document; default: the name of the column.'),
    type: word(
      'What it holds; decimal and json keep every digit.',
      'text',
      'integer',
      'decimal',
      'real',
      'boolean',
      'time',
      'json',
    ),
    needed: flag('A document without the value cannot be indexed.'),
    default: { is: 'text', mayBeEmpty: true, about: 'For documents that do not have the path at all.' },
    indexed: flag('An index on this column.'),
  },
  needed: ['type'],
  about: 'One column.',
}

const index: ObjectRule = {
  is: 'object',
  fields: {
    url: text('Of a SQLite, PGlite or PostgreSQL database, or where to find it (env:NAME).'),
    schema: identifier('Schema of the table.'),
    table: {
      is: 'text',
      pattern: /^[A-Za-z_]\w{0,47}$/,
      wanted: 'letters, digits and _, at most 48 of them',
      about: 'Name of the table.',
    },
    key: texts('Columns that tell rows apart; default: document.'),
    read: word('Documents as they would be after up, or as they lie there.', 'latest', 'stored'),
    columns: {
      is: 'map',
      of: column,
      keys: plainName,
      wanted: 'letters, digits and _, at most 48 of them, and not document or stored_version, which every table has',
      about: 'The columns by name.',
    },
  },
  needed: ['url', 'table', 'columns'],
  about: 'The table that reindex rebuilds from the documents.',
}

/** Its own keys. */
export const documentFields: Readonly<Record<string, Rule>> = {
  files: text('A glob, relative to the folder of the configuration.'),
  version: text("The field that holds a document's version."),
  contracts: {
    is: 'text',
    pattern: /\{version\}/,
    wanted: 'a path with {version} in it',
    about: 'The contract of each version.',
  },
  protect: texts('Paths that no transform may change.'),
  backupForm: word('How originals are kept.', 'links', 'sidecar', 'pack'),
  versionWhenMissing: text('The version of documents that do not say one; without it they are refused.'),
  minorSteps: word('What a transform within one major version may do.', 'any', 'additive'),
  leaveAlone: {
    is: 'map',
    of: texts('Values that say so.'),
    keys: /./,
    wanted: 'the path of a field',
    about: 'Documents that somebody is still writing, by field.',
  },
  historyField: {
    is: 'text',
    orNull: true,
    about: 'The list in each document that tells of its migrations; null for none.',
  },
  hardLinks: word('Files with several names: left alone, or replaced under the one that is found.', 'refuse', 'allow'),
  limits: {
    is: 'object',
    fields: {
      bytesMax: { is: 'whole', about: 'Bytes; 67108864 unless said.' },
      depthMax: { is: 'whole', about: 'Levels of lists and objects; 200 unless said.' },
    },
    needed: [],
    about: 'What is too large to be taken for a document.',
  },
  inputs,
  index,
}
