import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLockstepError } from '../../src/core/error.ts'
import type { Statement } from '../../src/core/script.ts'
import type { SqlDialect } from '../../src/stores/sql/dialect.ts'
import { splitStatements } from '../../src/stores/sql/split.ts'

const dialects: readonly SqlDialect[] = ['postgres', 'sqlite']

/** Pieces that matter to a lexer, and ends that are cut off from them. */
const pieces = [
  ["'", "''", '"', '`', '[', ']', '$', '$$', '$a$', '$A$', '$1', '(', ')', ';', ';', ';', '\\', '.', ',', '=', '@'],
  ['--', '-', '/*', '*/', '/', '*', '/**/', '-- c\n', '/* c; */', "'s;'", '"n;"', "E'\\''", "e'", "U&'", '$a$;$a$'],
  [' ', ' ', ' ', '\n', '\r\n', '\r', '\t', 'ü', '𝄞', '\u00a0', '\0'],
  ['create', 'or', 'replace', 'function', 'procedure', 'trigger', 'temp', 'begin', 'atomic', 'case', 'end', 'END'],
  ['select', 'insert', 'set standard_conforming_strings = off', 'copy t from stdin', 'commit', 'do', 'x', 'name$b$'],
  ['create function f() begin atomic ', 'create trigger t begin ', '; end;', 'delimiter', '\\i x\n', '.read\n'],
].flat()
const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((all) => all.join(''))

/** Everything a caller can see: the statements, or the refusal with its place. */
type Outcome = readonly Statement[] | { readonly refused: string; readonly place: unknown }

function outcomeOf(chunks: readonly string[], dialect: SqlDialect): Outcome {
  try {
    return [...splitStatements(chunks, dialect, 'file.sql')]
  } catch (error) {
    if (!isLockstepError(error) || error.code !== 'script-refused') throw error
    return { refused: error.message, place: error.place }
  }
}

function cut(text: string, sizes: readonly number[]): string[] {
  const chunks: string[] = []
  let at = 0
  for (let i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    chunks.push(text.slice(at, at + size))
    at += size
  }
  return chunks
}

for (const dialect of dialects) {
  test(`${dialect}: where chunks end makes no difference`, () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 9 })
    const some = sizes.filter((all) => all.some((size) => size > 0))
    fc.assert(
      fc.property(soup, some, (text, sizes) => {
        expect(outcomeOf(cut(text, sizes), dialect)).toEqual(outcomeOf([text], dialect))
      }),
      { numRuns: 5000 },
    )
  })

  test(`${dialect}: one character at a time gives the same`, () => {
    fc.assert(
      fc.property(soup, (text) => {
        expect(outcomeOf(text.split(''), dialect)).toEqual(outcomeOf([text], dialect))
      }),
      { numRuns: 5000 },
    )
  })

  test(`${dialect}: texts joined again are cut in the same places`, () => {
    fc.assert(
      fc.property(soup, (text) => {
        const first = outcomeOf([text], dialect)
        if ('refused' in first) return
        const texts = first.map((one) => one.text)
        const again = outcomeOf([texts.map((one) => `${one};\n`).join('')], dialect)
        expect('refused' in again ? again : again.map((one) => one.text)).toEqual(texts)
      }),
      { numRuns: 5000 },
    )
  })

  test(`${dialect}: a statement stands where its place says`, () => {
    fc.assert(
      fc.property(soup, (text) => {
        const found = outcomeOf([text], dialect)
        if ('refused' in found) return
        const lines = text.split('\n')
        for (const { text: statement, line, column } of found) {
          const start = lines.slice(0, line - 1).join('\n').length + (line === 1 ? 0 : 1) + column - 1
          expect(text.slice(start, start + statement.length)).toBe(statement)
          expect(statement).toMatch(/[^ \t\r\n]/)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test(`${dialect}: any text at all is cut or refused`, () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    fc.assert(
      fc.property(text, (one) => void outcomeOf([one], dialect)),
      { numRuns: 3000 },
    )
  })
}

const wholeStatements: Readonly<Record<SqlDialect, readonly string[]>> = {
  postgres: [
    'select 1',
    "insert into t values ('a;b', E'c\\';', $$d;$$, 'e''')",
    'create function f() returns int begin atomic select case when a then 1 end; select ";"; end',
    "do $x$ begin execute $$ select ';' $$; end $x$",
    'create rule r as on insert to t do also (select 1; /* ; */ select 2)',
    'select a$b$c, $1, "$$;" -- ; here\n, 2',
    'begin',
    'end',
  ],
  sqlite: [
    'select 1',
    "insert into t values ('a;b', x'00', 'e''\\')",
    'create trigger a after insert on t begin update t set a = case when b then 1 end; select 2; end',
    'create temp trigger end after insert on t begin select [;]; end',
    'select "a;", `b;`, [c;] -- ; here\n, 2',
    'begin',
    'end',
  ],
}
const noise = fc.constantFrom('', ' ', '\n', '\r\n', '-- it\'s; "here"\n', "/* don't; $$ */", ';', ' ; ;')

for (const dialect of dialects) {
  test(`${dialect}: statements come back whatever lies between them`, () => {
    const between = fc.tuple(noise, fc.constantFrom(...wholeStatements[dialect]), noise)
    fc.assert(
      fc.property(fc.array(between, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (all, size) => {
        const script = all.map(([before, statement, after]) => `${before}${statement}${after};`).join('')
        const found = outcomeOf(cut(script, [size]), dialect)
        expect('refused' in found ? found : found.map((one) => one.text)).toEqual(all.map(([, statement]) => statement))
      }),
      { numRuns: 3000 },
    )
  })
}
