import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLockstepError } from '../../core/error.ts'
import { canonicalText } from './canonical.ts'
import { defaultLimits, parseDocument } from './parse.ts'
import { printDocument } from './print.ts'
import { type ExactNumber, type JsonObject, type JsonValue, numberText, withMember, withoutMember } from './value.ts'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const parse = (source: string | Uint8Array, limits = defaultLimits) =>
  parseDocument(Buffer.from(source), 'm.json', limits)

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isLockstepError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

const kept: readonly (readonly [string, string])[] = [
  ['two blanks and a final newline', '{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ]\n}\n'],
  ['tabs', '{\n\t"a": {\n\t\t"b": null\n\t}\n}'],
  ['carriage returns', '{\r\n  "a": [\r\n    true\r\n  ]\r\n}\r\n'],
  ['a byte-order mark', '\ufeff{"a":1}'],
  ['Python on one line', '{"a": 1, "b": [1, 2], "c": {}}'],
  ['Python escapes', '{"a": "\\u00e9\\ud83d\\ude00"}'],
  ['arrays on one line in indented text', '{\n  "a": [1, 2, 3],\n  "b": { "c": 1 }\n}\n'],
  ['number texts', '{"a":1.10,"b":9007199254740993,"c":-0,"d":1E6,"e":1.0,"f":1e400,"g":0.12345678901234567890}'],
  ['keys that look like numbers', '{"b":1,"10":2,"2":3,"a":4}'],
  ['keys that mean something to JavaScript', '{"__proto__":{"x":1},"constructor":2,"toString":3}'],
  ['needless escapes', '{"a":"\\/\\u0041"}'],
  ['blanks in strange places', ' { "a" :1 ,\n"b":[ ] }\n\n'],
  ['a text that is no object', '[1,2]'],
]

for (const [fact, source] of kept) {
  test(`kept as it is: ${fact}`, () => {
    const parsed = parse(source)
    expect(text(printDocument(parsed.value, parsed))).toBe(source)
  })
}

const refused: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['a key twice', '{"a":1,\n "a":2}', 'document-duplicate-key: m.json:2:2: the key "a" is there twice'],
  ['a key twice in two spellings', '{"a":1,"\\u0061":2}', 'document-duplicate-key'],
  ['half a character', '{"a":"\\ud83d"}', 'document-lone-surrogate: m.json:1:6'],
  ['half a character in a key', '{"\\udc00":1}', 'document-lone-surrogate'],
  ['NaN', '{"a": NaN}', 'document-syntax: m.json:1:7: NaN is no JSON value'],
  ['minus infinity', '[-Infinity]', 'document-syntax: m.json:1:2: -Infinity is no JSON value'],
  ['a leading zero', '[01]', 'document-syntax: m.json:1:3: a number that is no JSON number'],
  ['a trailing comma', '{"a":1,}', 'document-syntax: m.json:1:8: expected a key in double quotes'],
  ['a comment', '{"a":1}//x', 'document-syntax: m.json:1:8: more text after the end'],
  ['half a document', '{"a":"x', 'document-syntax: m.json:1:8: a string does not end'],
  ['nothing', '', 'document-syntax: m.json:1:1: the text ends too early'],
  ['a line break in a string', '{"a":"x\ny"}', 'document-syntax: m.json:1:8: a control character inside a string'],
  [
    'bytes that are no UTF-8',
    Buffer.from([0x7b, 0x22, 0xff, 0x22]),
    'document-encoding: m.json: byte 2 is no UTF-8: 0xff',
  ],
  ['a character that is cut', Buffer.from([0x22, 0xc3]), 'document-encoding: m.json: byte'],
  ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'it looks like UTF-16'],
  ['deep nesting', '['.repeat(201) + ']'.repeat(201), 'document-too-deep'],
  ['a bomb of brackets', '['.repeat(1_000_000), 'document-too-deep'],
]

for (const [fact, source, wanted] of refused) {
  test(`refused: ${fact}`, () => {
    expect(codeOf(() => parse(source))).toContain(wanted)
  })
}

test('refused: more bytes than allowed', () => {
  expect(codeOf(() => parse('{"a":1}', { ...defaultLimits, bytesMax: 6 }))).toContain('document-too-large')
})

test('200 levels are accepted, the ones in strings do not count', () => {
  expect(codeOf(() => parse('['.repeat(200) + ']'.repeat(200)))).toBe('accepted')
  expect(codeOf(() => parse(JSON.stringify({ a: '['.repeat(20_000) })))).toBe('accepted')
})

test('numbers that a double cannot hold are bigints, or refuse arithmetic', () => {
  const value = parse('{"a":9007199254740993,"b":1e400,"c":1.10,"d":9007199254740991}').value as JsonObject
  expect(value['a']).toBe(9007199254740993n)
  expect(numberText(value['b'] as ExactNumber)).toBe('1e400')
  expect(() => Number(value['b']) + 1).toThrow(TypeError)
  expect(value['c']).toBe(1.1)
  expect(value['d']).toBe(9007199254740991)
})

const changed: readonly (readonly [string, string, (doc: JsonObject) => JsonValue, string])[] = [
  [
    'a new key takes the style',
    '{\n  "a": 1.10\n}\n',
    (doc) => ({ ...doc, b: [1] }),
    '{\n  "a": 1.10,\n  "b": [\n    1\n  ]\n}\n',
  ],
  [
    'a new key on one line',
    '{"a": 1.0, "b": 2}',
    (doc) => ({ ...doc, c: { d: 1 } }),
    '{"a": 1.0, "b": 2, "c": {"d": 1}}',
  ],
  ['a key that goes', '{"a":1.0,"b":2,"c":3}', (doc) => withoutMember(doc, 'b'), '{"a":1.0,"c":3}'],
  ['the last key that goes', '{ "a": 1.0, "b": 2 }', (doc) => withoutMember(doc, 'b'), '{ "a": 1.0 }'],
  ['all keys that go', '{ "a": 1.0 }', () => ({}), '{}'],
  ['order of number-like keys', '{"b":1,"10":2,"2":3}', (doc) => ({ ...doc, z: 1 }), '{"b":1,"10":2,"2":3,"z":1}'],
  [
    'a number that moves takes its text along',
    '{"price":1.10}',
    (doc) => ({ amount: doc['price'] ?? 0 }),
    '{"amount":1.10}',
  ],
  [
    'a big number that moves',
    '{"id":9007199254740993}',
    (doc) => ({ key: doc['id'] ?? 0 }),
    '{"key":9007199254740993}',
  ],
  [
    'a big number that becomes text',
    '{"id":9007199254740993}',
    (doc) => ({ id: `${doc['id'] as bigint}` }),
    '{"id":"9007199254740993"}',
  ],
  ['a new number takes no text of others', '{"a":1.0}', (doc) => ({ ...doc, b: 1 }), '{"a":1.0,"b":1}'],
  ['an item in front', '{"a":[1.0,2.00]}', (doc) => ({ a: [0, ...(doc['a'] as number[])] }), '{"a":[0,1.0,2.00]}'],
  [
    'a part that moves keeps its text',
    '{"a":{ "x":1.0 },"b":{}}',
    (doc) => ({ b: { c: doc['a'] ?? 0 } }),
    '{"b":{"c":{ "x":1.0 }}}',
  ],
  ['escapes of untouched text', '{"a":"\\u0041","b":1}', (doc) => withMember(doc, 'b', 2), '{"a":"\\u0041","b":2}'],
]

for (const [fact, source, change, wanted] of changed) {
  test(`changed: ${fact}`, () => {
    const parsed = parse(source)
    expect(text(printDocument(change(parsed.value as JsonObject), parsed))).toBe(wanted)
  })
}

test('canonical content: sorted keys, no blanks, numbers as written', () => {
  const source = '{ "b": 1.10, "a": [ {"d": 1, "c": "\\u0041"} ] }'
  expect(canonicalText(parse(source))).toBe('{"a":[{"c":"A","d":1}],"b":1.10}')
  expect(canonicalText(parse(source), ['a', '0', 'd'])).toBe('{"a":[{"c":"A"}],"b":1.10}')
})

test('canonical content is the same by the fast way and by the careful one', () => {
  const keys = fc.constantFrom('a', 'b', 'B', '10', '2', '__proto__', 'é', '"', 'constructor', '', '-1')
  const leaves = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      leaves,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(value, (any) => {
      const [known, unknown] = [parse(JSON.stringify(any)), parse(JSON.stringify(any))]
      // Nobody has looked at a copy yet, so it is walked.
      const copy = JSON.parse(JSON.stringify(unknown.value)) as JsonValue
      expect(canonicalText(known)).toBe(canonicalText({ ...unknown, value: copy }))
    }),
    { numRuns: 500 },
  )
})

/** JSON texts with everything that a serialiser would never write. */
const anyJsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => {
  const blank = fc.constantFrom('', '', ' ', '\n', '\t', '\r\n', '  ')
  const numbers = fc.oneof(
    fc.constantFrom(
      '1.10',
      '-0',
      '1E6',
      '1e-999',
      '9007199254740993',
      '0.0',
      '1e400',
      '123456789012345678901234567890.5',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => numberText(n)),
  )
  const strings = fc.string({ unit: 'grapheme' }).map((s) => JSON.stringify(s))
  const item = fc.tuple(blank, tie('value'), blank).map((parts) => parts.join(''))
  const keys = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('10', '2', '__proto__'))
  const member = fc
    .tuple(keys, blank, blank, item)
    .map(([key, a, b, value]) => ({ key, text: `${a}${JSON.stringify(key)}${b}:${value}` }))
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('null', 'true', 'false'),
      numbers,
      strings,
      fc.array(item, { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      fc
        .uniqueArray(member, { maxLength: 5, selector: (one) => one.key })
        .map((all) => `{${all.map((one) => one.text).join(',')}}`),
    ),
  }
}).value

test('any JSON text: parsed and printed, it is the same bytes', () => {
  fc.assert(
    fc.property(anyJsonText, fc.boolean(), (source, bom) => {
      const bytes = (bom ? '\ufeff' : '') + source
      const parsed = parse(bytes)
      expect(text(printDocument(parsed.value, parsed))).toBe(bytes)
    }),
    { numRuns: 500 },
  )
})

test('any JSON object: a key that comes and goes leaves the same bytes', () => {
  fc.assert(
    fc.property(anyJsonText, anyJsonText, (body, added) => {
      const source = `{"first": ${body}}`
      const before = parse(source)
      const more = printDocument(withMember(before.value as JsonObject, 'new', parse(added).value), before)
      const after = parseDocument(more, 'm.json')
      expect(text(printDocument(withoutMember(after.value as JsonObject, 'new'), after))).toBe(source)
    }),
    { numRuns: 300 },
  )
})

test('any value: what is printed fresh means the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // fast-check's JSON values are JSON values; only its type is wider.
      const printed = text(printDocument(value as JsonValue, parse('{\n "x": 1\n}')))
      expect(JSON.parse(printed)).toEqual(value)
    }),
  )
})

test('any damaged text: refused by a name, or read exactly as JSON.parse reads it', () => {
  const damage = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 2 }))
  fc.assert(
    fc.property(anyJsonText, damage, (source, [place, removed, added]) => {
      const at = place % (source.length + 1)
      const damaged = Buffer.from(source.slice(0, at) + added + source.slice(at + removed)).toString()
      const answer = codeOf(() => parse(damaged))
      if (answer !== 'accepted') expect(answer).toMatch(/^document-/)
      else expect(withDoubles(parse(damaged).value)).toEqual(JSON.parse(damaged))
    }),
    { numRuns: 500 },
  )
})

/** With every number as JSON.parse would have it. */
function withDoubles(value: JsonValue): unknown {
  return JSON.parse(text(printDocument(value, parse('{}'))))
}
