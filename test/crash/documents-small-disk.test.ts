/** A disk that is full, at many sizes, through the real command line: documents stay as they were until there is room. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mountSmallDisk } from '../support/small-disk.ts'

const bin = join(import.meta.dirname, '../../src/cli/bin.ts')
const count = 120
const text = (i: number): string => `{"v": 1, "id": ${i}, "text": "${'x'.repeat((i * 37) % 3000)}"}\n`
const room = 4 * 1024 * 1024

function lockstep(folder: string, ...args: readonly string[]): { readonly exit: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' })
  return { exit: status, said: stdout + stderr }
}

function makeCorpus(folder: string, form: 'links' | 'sidecar'): void {
  const store = { kind: 'documents', files: 'notes/*/note.json', version: 'v', migrations: 'steps', backupForm: form }
  writeFileSync(join(folder, 'lockstep.config.json'), JSON.stringify({ stores: { notes: store } }))
  mkdirSync(join(folder, 'steps'))
  writeFileSync(
    join(folder, 'steps/1-2.ts'),
    "import { add, defineTransform } from 'lockstep'\nexport default defineTransform({ from: '1', to: '2', operations: [add('tags', [])] })\n",
  )
  for (let i = 0; i < count; i++) {
    mkdirSync(join(folder, `notes/n${i}`), { recursive: true })
    writeFileSync(join(folder, `notes/n${i}/note.json`), text(i))
  }
}

const textsIn = (folder: string): string[] =>
  Array.from({ length: count }, (_, i) => readFileSync(join(folder, `notes/n${i}/note.json`), 'utf8'))

const filesBeside = (folder: string): string[] =>
  readdirSync(join(folder, 'notes'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('tmp'))

const all = Array.from({ length: count }, (_, i) => text(i))

/** Kilobytes that are left when the run begins: too few to begin, and too few to end. */
const sizes = [0, 16, 64, 300, 600, 900, 1000] as const

test.each(['links', 'sidecar'] as const)(
  'where the room runs out no document is harmed, and the next run does it all: %s',
  (form) => {
    const disk = mountSmallDisk(room)
    if (disk === null) return
    makeCorpus(disk.folder, form)
    const exits = new Set<number | null>()
    for (const left of sizes) {
      const { blocks, bavail, bsize } = statfsSync(disk.folder)
      disk.resize((blocks - bavail) * bsize + left * 1024)
      const { exit, said } = lockstep(disk.folder, 'up')
      exits.add(exit)
      if (exit === 0) break
      expect([exit, said]).toEqual([1, expect.stringMatching(/space-too-small|disk-full/)])
      expect(textsIn(disk.folder)).toEqual(all)
      expect(filesBeside(disk.folder)).toEqual([])
    }
    expect(exits).toContain(1)
    disk.resize(room)
    expect(lockstep(disk.folder, 'up').exit).toBe(0)
    expect(textsIn(disk.folder).every((one) => one.includes('"v": 2'))).toBe(true)
    expect(lockstep(disk.folder, 'verify').exit).toBe(0)
    expect(lockstep(disk.folder, 'down', '--to', '1').exit).toBe(0)
    expect(textsIn(disk.folder)).toEqual(all)
    expect(filesBeside(disk.folder)).toEqual([])
  },
)
