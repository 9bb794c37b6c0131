import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { tableLines, textWidth } from './table.ts'

test('columns are aligned, the last one without blanks', () => {
  const rows = [
    ['store', 'version'],
    ['app', '0003'],
    ['manifests', '1.2.0'],
  ]
  expect(tableLines(rows, { width: null })).toEqual(['store      version', 'app        0003', 'manifests  1.2.0'])
})

test('numbers stand at the right', () => {
  expect(tableLines([['applied'], ['3'], ['12']], { width: null, right: [0] })).toEqual([
    'applied',
    '      3',
    '     12',
  ])
})

test('the widest column is cut to fit the terminal', () => {
  const [line] = tableLines([['0003', 'a description that is much too long', 'file.sql']], { width: 40 })
  expect(line).toBe('0003  a description that is m…  file.sql')
})

test('without a terminal nothing is cut', () => {
  expect(tableLines([['x'.repeat(300)]], { width: null })).toEqual(['x'.repeat(300)])
})

test('wide and combining characters take the columns they are shown in', () => {
  expect([textWidth('名前'), textWidth('e\u0301'), textWidth('abc')]).toEqual([4, 1, 3])
})

test('no rows are no lines', () => {
  expect(tableLines([], { width: 80 })).toEqual([])
})

test('every second column begins at the same place', () => {
  const cell = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'b', 'c') })
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), (rows) => {
      const width = Math.max(...rows.map(([first]) => first.length))
      const lines = tableLines(rows, { width: null })
      rows.forEach(([first, second], i) => expect(lines[i]).toBe(`${first.padEnd(width)}  ${second}`))
    }),
  )
})
