/**
 * Loaded before the CLI (`node --import`): a world in which nothing changes by itself, so that a transcript has nothing
 * to mask. The product knows nothing of it. Time stands still but for timers: each adds what it has waited.
 */

import crypto from 'node:crypto'
import module from 'node:module'
import os from 'node:os'

/** Which command of its transcript this is, from 1. */
const at = Number(process.env['TRANSCRIPT_COMMAND'])
const startMs = Date.UTC(2026, 2, 2, 9, 0) + at * 60_000

let waitedMs = 0
Date.now = () => startMs + waitedMs
performance.now = () => waitedMs
Math.random = () => 0.5
os.hostname = () => 'laptop'
const userInfo = os.userInfo
os.userInfo = ((options?: never) => ({ ...userInfo(options), username: 'ada' })) as typeof os.userInfo
Object.defineProperty(process, 'pid', { value: 4000 + at })

let uuids = 0
crypto.randomUUID = () => `${String(at).padStart(4, '0')}${String(uuids++).padStart(4, '0')}-0000-4000-8000-000000000000`

const setRealTimeout = globalThis.setTimeout
globalThis.setTimeout = ((work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
  const later = (): void => {
    waitedMs += ms
    work(...args)
  }
  return setRealTimeout(later, ms)
}) as typeof setTimeout

module.syncBuiltinESMExports()
hideVariables()
hidePackage(process.env['TRANSCRIPT_WITHOUT'])

/** What the transcript sets for this file is nothing that a project could see. */
function hideVariables(): void {
  delete process.env['TRANSCRIPT_COMMAND']
}

/** A package that this project has not installed. */
function hidePackage(name: string | undefined): void {
  if (name === undefined) return
  module.registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== name) return next(specifier, context)
      throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' })
    },
  })
}
