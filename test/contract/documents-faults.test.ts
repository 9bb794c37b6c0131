/** The faults that a tool for manifests is known to have, each tried on this one through the real command line. */

import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  codes,
  historyOf,
  makeProject,
  manifestsIn,
  sha256Of,
  withStep,
  type Json,
  type Project,
} from '../examples/manifests-project.ts'

describe('the twelve faults', () => {
  test('1: nothing is called migrated that the contract of its new version refuses', () => {
    using project = makeProject()
    const contract = 'contracts/manifests/1.3.0.schema.json'
    const schema = project.read(contract)
    writeFileSync(join(project.folder, contract), JSON.stringify({ ...schema, required: ['job_id'] }))
    const { exit, moved, refusals } = project.ask('up')
    expect([exit, moved]).toMatchObject([7, { migrated: 5, refused: 1, left_alone: 1 }])
    expect(codes(refusals)).toEqual(['document-result-invalid'])
    expect(String((refusals as Json[])[0]?.['message'])).toContain("must have required property 'job_id'")
    expect(project.ask('verify')).toMatchObject({ verified: { good: 7, refused: 0 } })
  })

  test('2: hashes that a 1.0.0 has already are not wiped, and a missing version is taken as one only where that is said', () => {
    using project = makeProject()
    const hashed = project.read(project.manifest('email-sequence'))
    const file = project.add(
      'unsaid',
      '{"run_id":"r","inputs_hash":"abc","input_snapshots":{"a":{"sha256":"x","path":"a"}}}\n',
    )
    const before = project.text(file)
    expect(codes(project.ask('up')['refusals'])).toEqual(['document-version-missing'])
    expect(project.text(file)).toBe(before)
    expect(project.read(project.manifest('email-sequence'))).toMatchObject({ inputs_hash: hashed['inputs_hash'] })
  })

  test('3: a chain that is there stays', () => {
    using project = makeProject()
    const { chain_metadata: chain } = project.read(project.manifest('launch-plan'))
    project.lockstep('up')
    expect(project.read(project.manifest('launch-plan'))['chain_metadata']).toEqual(chain)
  })

  test.each([
    ["{ ...manifest, run_id: 'HACKED', schema_version: '1.4.0' }", 'run_id'],
    ["{ ...manifest, job_id: 'X', schema_version: '1.4.0' }", 'job_id'],
    ["{ ...manifest, doctrine: null, schema_version: '1.4.0' }", 'doctrine'],
    ["{ ...manifest, migration_history: [], schema_version: '1.4.0' }", 'migration_history'],
    ["Object.assign(manifest, { schema_version: '1.4.0' })", 'it changes the document that it is given'],
    ['({ ...manifest })', 'its version is 1.3.0, not 1.4.0'],
  ])('4: a step that gives %s is refused', (result, told) => {
    using project = makeProject()
    const file = project.add(
      'job',
      '{"schema_version":"1.2.0","run_id":"r","job_id":"j","doctrine":{},"input_snapshots":{},"inputs_hash":null,"chain_metadata":{"is_chainable_stage":false,"prior_stages":[]}}\n',
    )
    project.lockstep('up', '--only', file)
    withStep(project, result)
    const before = project.hashes()
    const { exit, refusals } = project.ask('up', '--only', file)
    expect([exit, (refusals as Json[]).map((one) => String(one['message']))]).toEqual([
      4,
      [expect.stringContaining(told)],
    ])
    expect(project.hashes()).toEqual(before)
  })

  test('5: where everything fails the run says so, and nothing like success', () => {
    using project = makeProject()
    for (const job of [
      'brand-audit',
      'email-sequence',
      'first-drops',
      'instagram-copy',
      'launch-plan',
      'live-campaign',
      'monthly-report',
    ]) {
      rmSync(join(project.folder, 'artifacts', job), { recursive: true })
    }
    project.add('one', '{"schema_version":"1.0.0","run_id":"r","caption":"\\ud83d"}')
    project.add('two', '{')
    const before = project.hashes()
    const { exit, stdout, stderr } = project.lockstep('up')
    expect(exit).toBe(1)
    expect(stdout).toMatch(/^ {2}migrated +0$/m)
    expect(stdout).toMatch(/^ {2}refused +2$/m)
    expect(stdout + stderr).not.toMatch(/✅|complete|originals are kept/)
    expect(project.hashes()).toEqual(before)
  })

  test('6: two runs at once over 400 manifests: each is migrated once, and has one backup, which is the original', async () => {
    using project = makeProject()
    const texts = new Map(
      Array.from({ length: 400 }, (_, i) => {
        const text = `{"schema_version": "1.0.0", "run_id": "r${i}"}\n`
        return [project.add(`many-${i}`, text), text]
      }),
    )
    const runs = await Promise.all([0, 1].map(() => runBeside(project, 'up')))
    expect(runs.map((one) => one.exit)).toEqual([0, 0])
    expect(project.ask('status')).toMatchObject({ versions: { '1.3.0': 406 }, unreadable: 0, invalid: 0 })
    for (const [file, text] of texts) {
      expect(project.text(`${file}.backup`)).toBe(text)
      expect(historyOf(project, file)).toHaveLength(1)
    }
    expect(Object.keys(project.hashes()).filter((file) => file.endsWith('.backup.2'))).toEqual([])
  })

  test('7: three runs leave three backups, the first of them the original to the byte; and there is a way down', () => {
    using project = makeProject()
    const text = '\ufeff{\r\n  "schema_version": "1.0.0",\r\n  "run_id": "r"\r\n}'
    const file = project.add('windows', text)
    const versions = ['1.1.0', '1.2.0', '1.3.0']
    const before = versions.map((to) => {
      const now = project.text(file)
      expect(project.lockstep('up', '--to', to, '--only', file).exit).toBe(0)
      return now
    })
    expect(['', '.2', '.3'].map((end) => project.text(`${file}.backup${end}`))).toEqual(before)
    expect(project.ask('down', '--to', '1.0.0', '--only', file)).toMatchObject({ exit: 0, moved: { inexact: 0 } })
    expect(project.text(file)).toBe(text)
  })

  test('8: both checksums can be recomputed by anybody, from the backup and from the content', () => {
    using project = makeProject()
    const file = project.manifest('email-sequence')
    project.lockstep('up')
    const manifest = project.read(file)
    const [entry] = historyOf(project, file)
    expect(entry?.['checksum_before']).toBe(sha256Of(readFileSync(join(project.folder, `${file}.backup`))))
    const { checksum_after: after, ...unsigned } = entry ?? {}
    const content = sortedJson({ ...manifest, migration_history: [unsigned] })
    expect(after).toBe(`sha256:${createHash('sha256').update(content).digest('hex')}`)
  })

  test('9: the list of versions counts each kind of trouble by itself, in the order of versions, and its exit tells', () => {
    using project = makeProject()
    project.add('torn', '{')
    project.add('list', '[]')
    project.add('v19', '{"schema_version":"1.9.0","run_id":"r"}')
    project.add('v110', '{"schema_version":"1.10.0","run_id":"r"}')
    project.add('beta', '{"schema_version":"1.10.0-beta.2","run_id":"r"}')
    const { exit, stdout } = project.lockstep('status')
    const listed = [...stdout.matchAll(/^ {2}(\d\S*) +\d+ +[\d.]+%$/gm)].map(([, version]) => version)
    expect(listed).toEqual(['1.0.0', '1.1.0', '1.2.0', '1.9.0', '1.10.0-beta.2', '1.10.0'])
    for (const line of [/newer than latest +3$/m, /need migration +7$/m, /unreadable +1$/m])
      expect(stdout).toMatch(line)
    expect(exit).toBe(4)
  })

  test('10: the commands of the guide run as they are written, one after the other', () => {
    using project = makeProject()
    const guide = readFileSync(join(project.folder, 'README.md'), 'utf8')
    const lines = [...guide.matchAll(/^ {4}npx lockstep (.*)$/gm)].map(([, words]) => words ?? '')
    const commands = lines.map((line) => line.replace(/ {2,}.*$/, ''))
    const exits = commands.map((command) => [command, project.lockstep(...command.split(' ')).exit])
    expect(exits).toEqual(commands.map((command) => [command, command === 'status' ? 3 : 0]))
    expect(commands.length).toBeGreaterThan(7)
  })

  test('11: the same input at the same time gives the same bytes', () => {
    const [one, two] = [makeProject(), makeProject()]
    try {
      const made = [one, two].map((project) => {
        project.lockstep('up')
        const files = ['first-drops', 'email-sequence', 'launch-plan'].map((job) => project.manifest(job))
        return files.map((file) =>
          project.text(file).replaceAll(/"applied_at": "[^"]*"|"checksum_after": "[^"]*"/g, ''),
        )
      })
      expect(made[0]).toEqual(made[1])
    } finally {
      one[Symbol.dispose]()
      two[Symbol.dispose]()
    }
  })

  test('12: what runs is left alone, what lies deeper is not taken where the pattern does not say so, and nothing outside', () => {
    using project = makeProject()
    const running = project.manifest('live-campaign')
    const text = '{"schema_version":"1.0.0","run_id":"r"}\n'
    const deeper = 'artifacts/first-drops/r0/inputs/manifest.json'
    mkdirSync(join(project.folder, 'artifacts/first-drops/r0/inputs'), { recursive: true })
    for (const file of [deeper, 'manifest.json']) writeFileSync(join(project.folder, file), text)
    project.configure("'artifacts/**/manifest.json'", "'artifacts/*/*/manifest.json'")
    const before = project.text(running)
    expect(project.ask('up')['moved']).toMatchObject({ seen: 7, migrated: 6, left_alone: 1 })
    expect([project.text(running), project.text(deeper), project.text('manifest.json')]).toEqual([before, text, text])
    for (const outside of ['../manifest.json', 'manifest.json', deeper, '/etc/hostname']) {
      expect(project.lockstep('up', '--only', outside).exit).toBe(2)
    }
  })
})

/** The command line, without waiting for it here. */
async function runBeside(project: Project, ...args: readonly string[]): Promise<{ readonly exit: number | null }> {
  const bin = join(import.meta.dirname, '../../src/cli/bin.ts')
  const child = spawn(process.execPath, [bin, ...args], { cwd: project.folder, stdio: 'ignore' })
  const [exit] = (await once(child, 'exit')) as [number | null]
  return { exit }
}

/** The rule `canonical-1`, written once more: no blanks, keys sorted. The numbers of this manifest print as they stand. */
function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${sortedJson(one)}`).join(',')}}`
}

test('what was done is taken back and told while no transform can be loaded, and the reason is told beside it', () => {
  using project = makeProject()
  const before = project.hashes()
  expect(project.lockstep('up').exit).toBe(0)
  const [run] = project.ask('history')['runs'] as { run: string }[]
  writeFileSync(join(project.folder, 'migrations/manifests/1.3.0-1.4.0.ts'), 'export default {')
  const blocked = { exit: 0, verdict: 'blocked' }
  expect(project.ask('history')).toMatchObject({ runs: [{ run: run?.run }], ...blocked })
  expect(project.ask('repair', 'finish')).toMatchObject({ mended: { runs: [] }, ...blocked })
  const { exit, stdout, stderr } = project.lockstep('restore', '--run', String(run?.run))
  expect({ exit, stdout, stderr }).toEqual({
    exit: 0,
    stdout: expect.stringMatching(/put back +6/) as string,
    stderr: expect.stringContaining('1.3.0-1.4.0.ts is not a usable migration module') as string,
  })
  expect(manifestsIn(project.hashes())).toEqual(manifestsIn(before))
})
