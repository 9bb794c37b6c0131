/**
 * Loaded before the command line (`node --import`): ends the process, as the kernel would, right before the n-th change
 * that it makes to the world outside: in the file system, over a connection to PostgreSQL, in SQLite, by another program.
 * `LOCKSTEP_KILL_AT` is n, from 0; the file `LOCKSTEP_TOLD_IN` is told every change, so that it can be counted. With
 * `LOCKSTEP_PGLITE` the texts for PGlite count too; loading it takes time.
 */

import childProcess from 'node:child_process'
import fs, { appendFileSync, existsSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { DatabaseSync } from 'node:sqlite'

const killAt = Number(process.env['LOCKSTEP_KILL_AT'] ?? Number.POSITIVE_INFINITY)
const toldIn = process.env['LOCKSTEP_TOLD_IN']
let changes = 0

function reach(change: string): void {
  if (toldIn !== undefined) appendFileSync(toldIn, `${change}\n`)
  if (changes++ === killAt) process.kill(process.pid, 'SIGKILL')
}

type Method = (...args: unknown[]) => unknown

/** Puts `reach` before a method; `changeOf` gives what a call changes outside, or `null`. */
function standBefore(owner: object, name: string, changeOf: (first: unknown, second: unknown) => string | null): void {
  const methods = owner as Record<string, Method>
  const original = methods[name]
  if (original === undefined) throw new Error(`there is no ${name} to stand before`)
  methods[name] = function (this: unknown, ...args) {
    const change = changeOf(args[0], args[1])
    if (change !== null) reach(`${name} ${change}`)
    return original.apply(this, args)
  }
}

const path = (first: unknown): string => String(first)
const pathThere = (first: unknown): string | null => (existsSync(path(first)) ? path(first) : null)
const pathMissing = (first: unknown): string | null => (existsSync(path(first)) ? null : path(first))

/** The first words of a text that changes something, a lock too. */
function sqlChange(text: string): string | null {
  const words = text.replaceAll(/\s+/g, ' ').trim().slice(0, 100)
  if (/advisory|terminate/.test(text)) return words
  return /^(?:select|with|show|pragma|explain|set|rollback|begin isolation)\b/i.test(words) ? null : words
}

/** A query as `pg` sends it: one message, `Q`, its length, its text. */
function queryChange(chunk: unknown): string | null {
  if (!(chunk instanceof Uint8Array) || chunk[0] !== 'Q'.charCodeAt(0)) return null
  return sqlChange(Buffer.from(chunk.subarray(5, -1)).toString())
}

standBefore(fs.promises, 'rename', path)
standBefore(fs.promises, 'link', path)
standBefore(fs.promises, 'rm', pathThere)
standBefore(fs.promises, 'mkdir', pathMissing)
standBefore(fs.promises, 'writeFile', path)
standBefore(fs.promises, 'open', (first, flags) => (flags === 'wx' ? path(first) : null))
standBefore(fs, 'openSync', (first, flags) => (flags === 'wx' ? path(first) : null))
standBefore(net.Socket.prototype, 'write', queryChange)
standBefore(DatabaseSync.prototype, 'exec', (text) => sqlChange(String(text)))
standBefore(DatabaseSync.prototype, 'prepare', (text) => sqlChange(String(text)))

if (process.env['LOCKSTEP_PGLITE'] !== undefined) {
  const { PGlite } = await import('@electric-sql/pglite')
  standBefore(PGlite.prototype, 'exec', (text) => sqlChange(String(text)))
}

// A program goes on without us: before it begins, and while it works.
const { spawn } = childProcess
childProcess.spawn = ((...args: Parameters<typeof spawn>) => {
  reach(`spawn ${args[0]}`)
  const child = spawn(...args)
  reach(`spawned ${args[0]}`)
  return child
}) as typeof spawn
syncBuiltinESMExports()
