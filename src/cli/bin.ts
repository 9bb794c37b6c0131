#!/usr/bin/env node
/** The executable. Nothing is imported before Node's version is known: an older one must still be able to say so. */

import { findTooOld } from './node-version.ts'

const complaint = findTooOld(process.versions.node)
if (complaint === null) void start()
else {
  process.stderr.write(`${complaint}\n`)
  process.exitCode = 2
}

/** A function, because Node 12 does not even read a file with an `await` outside of one. */
async function start(): Promise<void> {
  // Asked for, not imported: an import of it reads every export, and loads half of Node for that.
  process.getBuiltinModule('node:module').enableCompileCache?.()
  const { main, watchForEarlyEnd } = await import('./main.ts')
  const answered = watchForEarlyEnd(process)
  process.exitCode = await main(process.argv.slice(2))
  answered()
}
