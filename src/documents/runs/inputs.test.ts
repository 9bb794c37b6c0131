import { expect, test } from 'vitest'
import { makeCrashFiles } from '../../../test/support/crash-files.ts'
import { corpusAt } from '../files/corpus.ts'
import { sha256Of } from '../json/canonical.ts'
import { rulesOf } from '../migrate/rules.ts'
import { makeRegistry } from '../transforms/registry.ts'
import { verifyInputs } from './inputs.ts'

const hex = (text: string): string => sha256Of(text).slice('sha256:'.length)
const brief = hex('brief')
const whole = hex(`{"brief":"${brief}"}`)
const good = {
  run_id: whole.slice(0, 32),
  inputs_hash: `sha256:${whole}`,
  input_snapshots: { brief: { path: 'inputs/brief.yaml', sha256: brief, bytes: 5 } },
}

async function verify(manifest: object, text = 'brief'): Promise<string[]> {
  const files = makeCrashFiles()
  files.put('/data/artifacts/j/r/manifest.json', JSON.stringify({ schema_version: '1.1.0', ...manifest }))
  files.put('/data/artifacts/j/r/inputs/brief.yaml', text)
  files.put('/data/secret', 'brief')
  const corpus = corpusAt('artifacts/**/manifest.json', '/data')
  const open = { files, corpus, transforms: makeRegistry([]), contracts: new Map(), rules: rulesOf({}) }
  const rule = { snapshots: 'input_snapshots', hash: 'inputs_hash', id: { at: 'run_id', digits: 32 } }
  return (await verifyInputs(open, rule)).findings.map(({ at, what }) => `${at} ${what}`)
}

const cases: readonly (readonly [string, object, string, readonly string[]])[] = [
  ['all as it was', good, 'brief', []],
  ['nothing declared', { input_snapshots: {} }, 'brief', []],
  ['a second run of the same inputs', { ...good, run_id: `${good.run_id}-2` }, 'brief', []],
  [
    'a file that was edited',
    good,
    'Brief',
    ['input_snapshots.brief inputs/brief.yaml has other content than when it was taken'],
  ],
  ['a lost hash', { ...good, inputs_hash: null }, 'brief', [`inputs_hash is not the hash of its inputs (${whole})`]],
  ['another run_id', { ...good, run_id: 'HACKED' }, 'brief', [`run_id is not made of its inputs (${good.run_id})`]],
]

test.each(cases)('%s', async (_, manifest, text, wanted) => {
  expect(await verify(manifest, text)).toEqual(wanted)
})

test.each([
  ['../../../secret', 'leads out of the corpus'],
  ['/data/secret', 'leads out of the corpus'],
  ['inputs/none.yaml', 'is not there'],
])('a snapshot at %s %s', async (path, wanted) => {
  const findings = await verify({ ...good, input_snapshots: { brief: { path, sha256: brief } } })
  expect(findings.join()).toContain(wanted)
})
