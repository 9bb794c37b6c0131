/** Files and records with only what a test is about; everything else is plain. */

import { createHash } from 'node:crypto'
import type { Checksum } from '../../src/core/checksum.ts'
import type { HistoryRecord } from '../../src/core/history.ts'
import {
  isRepeatableVersion,
  noDirectives,
  type Body,
  type Migration,
  type Requirement,
} from '../../src/core/migration.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The checksum of a text that nobody needs to see. */
export const sum = (text: string): Checksum => `v1:sha256:${sha256(text)}`

/** `0001` is the migration in `m/0001.sql`, with a down and a text of its own. */
export function migration(
  version: string,
  more: Partial<Migration> & { requires?: readonly string[] } = {},
): Migration {
  const { requires = [], ...rest } = more
  return {
    version,
    description: version,
    file: `m/${version}.sql`,
    checksum: sum(version),
    breaking: false,
    repeatable: isRepeatableVersion(version),
    directives: { ...noDirectives, requires: requires.map(requirement) },
    up: body(`m/${version}.sql`),
    down: body(`m/${version}.down.sql`),
    ...rest,
  }
}

/** `auth/1` or `1`. */
function requirement(text: string): Requirement {
  const [store = '', version] = text.split('/')
  return version === undefined ? { store: null, version: store } : { store, version }
}

export function body(file: string, language: Body['language'] = 'sql'): Body {
  return { path: `/project/${file}`, file, language, range: null }
}

/** The record that applying `migration(version)` leaves; its place in the order is `position`. */
export function record(version: string, position: number, more: Partial<HistoryRecord> = {}): HistoryRecord {
  return {
    version,
    description: version,
    file: `m/${version}.sql`,
    checksum: sum(version),
    state: 'applied',
    direction: 'up',
    stepsStarted: 1,
    stepsDone: 1,
    stepsTotal: 1,
    stepsHash: null,
    breaking: false,
    position,
    appliedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 12,
    appliedBy: 'ada@desk',
    runId: 'run-1',
    release: null,
    toolVersion: '0.1.0',
    ...more,
  }
}

/** Records of these versions, applied in this order. */
export function records(...versions: readonly string[]): HistoryRecord[] {
  return versions.map((version, index) => record(version, index + 1))
}
