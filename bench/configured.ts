/** Commands of ours with a configuration of their own. */

import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './measure.ts'
import { lockstepFile, type World } from './world.ts'

/** The configuration is written once, into a folder of its own; `args` begin with the command. */
export function configured({ scratch }: World, config: object, args: readonly string[]): Program {
  const folder = mkdtempSync(join(scratch, 'configured-'))
  mkdirSync(join(folder, 'migrations', 'app'), { recursive: true })
  const file = join(folder, 'lockstep.config.json')
  writeFileSync(file, JSON.stringify(config))
  return { file: process.execPath, args: [lockstepFile, ...args, '--config', file] }
}
