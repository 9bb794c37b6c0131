/** Migrations that live in code instead of a folder: registered one by one, judged and recorded like any other. */

import { createHash } from 'node:crypto'
import { checksumOf } from '../../core/checksum.ts'
import { LockstepError, assert } from '../../core/error.ts'
import { noDirectives, type Body, type Directives, type Migration } from '../../core/migration.ts'
import type { BodyReader, CodeMigration, MigrationApi } from '../../core/ports.ts'
import { compareVersions, type VersionScheme } from '../../core/version.ts'
import type { Files } from './target.ts'

export interface RegisteredMigration {
  readonly version: string
  readonly description?: string
  /** SQL, or code that is given a connection inside the migration's transaction. */
  readonly up: string | ((api: MigrationApi) => Promise<void> | void)
  readonly down?: string | ((api: MigrationApi) => Promise<void> | void)
  readonly directives?: Partial<Directives>
}

/** The files and the bodies of a target, made of what was registered. */
export function registeredFiles(registered: readonly RegisteredMigration[]): {
  files: () => Files
  bodies: BodyReader
} {
  const byVersion = new Map(registered.map((one) => [one.version, one]))
  const scheme = schemeOf(registered)
  const migrations = registered.map(migrationOf).sort((a, b) => compareVersions(scheme, a.version, b.version))
  const find = ({ version }: Migration): RegisteredMigration => {
    const found = byVersion.get(version)
    assert(found !== undefined, `${version} is registered`)
    return found
  }
  return {
    files: () => ({ scheme, migrations, outOfOrder: [] }),
    bodies: {
      script: (migration, body) => {
        const text = find(migration)[directionOf(body)]
        assert(typeof text === 'string', `${body.file} is a text`)
        return { file: body.file, noTransaction: migration.directives.noTransaction, read: () => [text] }
      },
      code: (migration, body) => Promise.resolve(codeOf(find(migration), body)),
    },
  }
}

function schemeOf(registered: readonly RegisteredMigration[]): VersionScheme {
  if (registered.every((one) => /^\d+$/.test(one.version))) return 'numeric'
  return registered.every((one) => /^\d+([._]\d+)*$/.test(one.version)) ? 'dotted' : 'category'
}

/** The checksum of code is that of its own text: an edit of the function is an edit of the migration. */
function migrationOf(one: RegisteredMigration): Migration {
  if (!/\d$/.test(one.version)) {
    throw new LockstepError('module-invalid', {
      file: one.version,
      reason: 'a version ends in a number: 0001, 1.2, task001',
    })
  }
  const file = `${one.version}${one.description === undefined ? '' : `_${one.description.replaceAll(/\W+/g, '_')}`}`
  const directives: Directives = { ...noDirectives, ...one.directives }
  return {
    version: one.version,
    description: one.description ?? one.version,
    file,
    checksum: checksumOf([String(one.up)], createHash('sha256')),
    breaking: directives.breaking,
    repeatable: false,
    directives,
    up: bodyOf(one, file, 'up'),
    down: one.down === undefined ? null : bodyOf(one, file, 'down'),
  }
}

function bodyOf(one: RegisteredMigration, file: string, direction: 'up' | 'down'): Body {
  const language = typeof one[direction] === 'string' ? 'sql' : 'module'
  return { path: direction, file: direction === 'up' ? file : `${file}.down`, language, range: null }
}

function directionOf(body: Body): 'up' | 'down' {
  return body.path === 'down' ? 'down' : 'up'
}

function codeOf({ up, down }: RegisteredMigration, body: Body): CodeMigration {
  assert(directionOf(body) === 'up' ? typeof up === 'function' : typeof down === 'function', `${body.file} is code`)
  const nothing = (): void => undefined
  return { up: typeof up === 'function' ? up : nothing, ...(typeof down === 'function' ? { down } : {}) }
}
