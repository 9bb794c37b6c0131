import { expect, test } from 'vitest'
import { LockstepError } from '../../core/error.ts'
import { newTally, tellRefused } from '../runs/tally.ts'
import { partOf } from '../files/prepare.ts'
import { packAnswer, packFault, unpackAnswer, unpackFault } from './protocol.ts'

const details = { file: 'a.json', step: '1-2', message: 'no' }
const thrown = Object.assign(new Error('no'), { code: 'EACCES' })

test.each([
  ['with what was thrown', new LockstepError('transform-failed', details, { cause: thrown })],
  ['without', new LockstepError('transform-failed', details)],
])('a refusal is the same on the other side: %s', (_, error) => {
  const tally = newTally()
  tellRefused(tally, { document: 'a.json', error })
  const answer = { tally, changes: 0, prepared: partOf([]), stoppedBy: null }
  const { tally: there } = unpackAnswer(structuredClone(packAnswer(answer)))
  const [refusal] = there.refusals
  expect(refusal).toMatchObject({ document: 'a.json', error: { code: error.code, details, message: error.message } })
  expect(refusal?.error.cause).toEqual(error.cause)
  expect(there.counts).toEqual(tally.counts)
})

test('an error that is none of ours comes over as it is', () => {
  expect(unpackFault(structuredClone(packFault(thrown)))).toMatchObject({ message: 'no' })
})
