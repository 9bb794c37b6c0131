import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../test/support/temporary-folder.ts'
import { readFolder, type FolderContents, type FolderOptions } from './read-folder.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

function read(folder: string, options: Partial<FolderOptions> = {}): FolderContents {
  return readFolder({ folder, shownAs: 'm', layout: 'auto', language: 'sql', ...options })
}

/** The error's text, or nothing. */
function attempt(folder: string): string {
  try {
    read(folder)
    return ''
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`
  }
}

const refusals: readonly (readonly [fact: string, files: Files, wanted: string])[] = [
  ['UTF-16', { '1_a.sql': Buffer.from('\uFEFFselect 1', 'utf16le') }, 'file-refused: m/1_a.sql: it is UTF-16'],
  ['UTF-16 without a mark', { '1_a.sql': Buffer.from('select 1', 'utf16le') }, 'file-refused: m/1_a.sql: it holds NUL'],
  ['Latin-1', { '1_a.sql': Buffer.from('select \xe9', 'latin1') }, 'file-refused: m/1_a.sql: it is not UTF-8'],
  ['a cut character', { '1_a.sql': Buffer.from('é').subarray(0, 1) }, 'file-refused: m/1_a.sql: it is not UTF-8'],
  [
    'a cut character at the end of a long file',
    { '1_a.sql': Buffer.concat([Buffer.alloc(65_536, 'a'), Buffer.from('é').subarray(0, 1)]) },
    'file-refused: m/1_a.sql: it is not UTF-8',
  ],
  ['a folder with the name of a file', { '1_a.sql/': '', '2_b.sql': '' }, 'file-refused: m/1_a.sql: it is a folder'],
  ['control characters', { '1_a\u001b[31m.sql': '' }, 'file-refused: m/1_a\\u001b[31m.sql: its name holds'],
  ['turned writing', { '1_a\u202Elqs.sql': '' }, 'file-refused: m/1_a\\u202elqs.sql: its name holds'],
  ['a very long name', { [`1_${'a'.repeat(220)}.sql`]: '' }, 'its name is longer than 200 characters'],
  ['two downs', { '1_a.sql': '', '1_a.down.sql': '', '1_a_down.sql': '' }, 'is a down of the same migration'],
  [
    'a directive behind a statement',
    { '1_a.sql': 'select 1;\n\n-- lockstep: breaking\n' },
    'm/1_a.sql:3: "-- lockstep: breaking" does nothing here',
  ],
  ['a mistyped directive', { '1_a.sql': '-- lockstep: braking' }, 'm/1_a.sql:1: there is no directive'],
  ['an empty folder', { '.gitkeep': '' }, 'not-a-migration-folder: m: it is empty'],
  [
    'no file that fits',
    { 'a.txt': '' },
    'not-a-migration-folder: m: no file fits the layout lockstep (there are: a.txt)',
  ],
  [
    'only folders of stores',
    { 'app/1_a.sql': '' },
    'not-a-migration-folder: m: no file fits the layout lockstep, but it has folders',
  ],
  ['files of another store only', { '1_a.cypher': '' }, 'not-a-migration-folder: m: it holds .cypher files'],
]

test.each(refusals)('refused: %s', (_fact, files, wanted) => {
  expect(attempt(makeFolder(files))).toContain(wanted)
})

test('a folder that is not there is told with the nearest name', () => {
  const folder = makeFolder({ 'migrations/': '', 'src/': '', file: '' })
  const help = (path: string): unknown => {
    try {
      return read(join(folder, path), { shownAs: `x/${path}` })
    } catch (error) {
      return (error as { details: unknown }).details
    }
  }
  expect(help('migration')).toMatchObject({ reason: 'it does not exist', hint: 'did you mean x/migrations?' })
  expect(help('other')).toEqual({ folder: 'x/other', reason: 'it does not exist' })
  expect(help('file')).toEqual({ folder: 'x/file', reason: 'it is no folder' })
})

test('a folder that another layout fits is told with its name', () => {
  const folder = makeFolder({ '1_a/up.sql': '' })
  expect(() => read(folder, { layout: 'flyway' })).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ hint: "its files look like layout: 'diesel'" }) }),
  )
})

const links: readonly (readonly [fact: string, make: (folder: string) => void, wanted: string])[] = [
  [
    'a link to a folder inside',
    (folder) => {
      mkdirSync(join(folder, 'views'))
      symlinkSync('views', join(folder, 'repeat'))
    },
    'm/repeat: it is a link to a folder',
  ],
  [
    'a link out of the folder',
    (folder) => symlinkSync('/etc/passwd', join(folder, '2_b.sql')),
    'm/2_b.sql: it is a link that leaves',
  ],
  [
    'a link that leads nowhere',
    (folder) => symlinkSync('./nothing', join(folder, '2_b.sql')),
    'm/2_b.sql: it is a link that leads nowhere',
  ],
  ['a linked folder', (folder) => symlinkSync('/etc', join(folder, 'repeat')), 'm/repeat: it is a link that leaves'],
  [
    'a link around in a circle',
    (folder) => symlinkSync('2_b.sql', join(folder, '2_b.sql')),
    'm/2_b.sql: it is a link that leads nowhere',
  ],
  ['a pipe', (folder) => execFileSync('mkfifo', [join(folder, '2_b.sql')]), 'm/2_b.sql: it is a pipe'],
]

test.each(links)('refused: %s', (_fact, make, wanted) => {
  const folder = makeFolder({ '1_a.sql': '' })
  make(folder)
  expect(attempt(folder)).toContain(`file-refused: ${wanted}`)
})
