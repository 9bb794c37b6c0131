import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listenForSignals, type StopSignal } from './signals.ts'

function listening() {
  const exits: number[] = []
  const heard: StopSignal[] = []
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) })
  const interruption = listenForSignals(source, (signal) => heard.push(signal))
  const send = (signal: StopSignal) => source.emit(signal, signal)
  return { exits, heard, interruption, send }
}

test('the first signal aborts, with a reason that names it', () => {
  const { exits, heard, interruption, send } = listening()
  send('SIGTERM')
  expect(interruption.signal.aborted).toBe(true)
  expect(interruption.signal.reason).toMatchObject({ name: 'AbortError', signal: 'SIGTERM' })
  expect([interruption.stoppedBy(), heard, exits]).toEqual(['SIGTERM', ['SIGTERM'], []])
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a second signal ends the process at once: %s', (signal, code) => {
  const { exits, send } = listening()
  send('SIGINT')
  send(signal)
  expect(exits).toEqual([code])
})

test('while something blocks, nobody listens, so that the signal kills', () => {
  const { interruption, send } = listening()
  const handled = interruption.uninterrupted(() => interruption.uninterrupted(() => send('SIGINT')) || send('SIGINT'))
  expect([handled, interruption.signal.aborted]).toEqual([false, false])
})

test('afterwards it listens again, even if the work threw', () => {
  const { interruption, send } = listening()
  expect(() =>
    interruption.uninterrupted(() => {
      throw new Error('constraint failed')
    }),
  ).toThrow('constraint failed')
  expect(send('SIGINT')).toBe(true)
  expect(interruption.signal.aborted).toBe(true)
})

test('after the end nobody listens', () => {
  const { interruption, send } = listening()
  interruption.uninterrupted(() => interruption.end())
  expect(send('SIGINT')).toBe(false)
})
