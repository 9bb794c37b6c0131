import { expect, test } from 'vitest'
import { defaultPolicy, presets, type Policy, type PresetName } from './policy.ts'

test('what nobody asked for is the first value of each rule', () => {
  expect(defaultPolicy).toMatchObject({
    direction: 'any',
    run: 'anyone',
    retry: 'bounded',
    late: 'error',
    files: 'any',
    data: 'allow',
    breaking: 'allow',
    protect: [],
    identity: null,
    protected: false,
  })
})

/** What each way of working cannot do without. */
const promises: readonly (readonly [name: PresetName, rules: Partial<Policy>])[] = [
  ['ci-job', { direction: 'reversible', run: 'anyone', retry: 'bounded', late: 'error' }],
  ['operator-run', { direction: 'forward-only', run: 'operator', retry: 'never', files: 'sql', data: 'refuse' }],
  ['many-databases', { direction: 'reversible', backup: 'migration' }],
  ['phases', { direction: 'reversible', breaking: 'phase' }],
  ['documents', { backup: 'run' }],
]

test.each(promises)('%s', (name, rules) => {
  expect({ ...defaultPolicy, ...presets[name] }).toMatchObject(rules)
})

test('each preset is promised something, and knows only rules that there are', () => {
  expect(promises.map(([name]) => name).toSorted()).toEqual(Object.keys(presets).toSorted())
  for (const preset of Object.values(presets)) {
    expect(Object.keys(defaultPolicy)).toEqual(expect.arrayContaining(Object.keys(preset)))
  }
})

test('no preset names a store or protects it: that is for the one who knows it', () => {
  for (const preset of Object.values(presets)) {
    expect(preset).not.toHaveProperty('identity')
    expect(preset).not.toHaveProperty('protected')
    expect(preset).not.toHaveProperty('protect')
  }
})
