/**
 * The command line of the old guide, said in lockstep's words: shows the command that each flag is, and runs it.
 *
 *     migrate_schemas <app_root> [--list-versions | --dry-run] [--target-version 1.2.0] [--manifest artifacts/job/run/manifest.json]
 */

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    'list-versions': { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    'target-version': { type: 'string' },
    manifest: { type: 'string' },
  },
})

const command = values['list-versions']
  ? ['status']
  : [
      values['dry-run'] ? 'plan' : 'up',
      ...(values['target-version'] === undefined ? [] : ['--to', values['target-version']]),
      ...(values.manifest === undefined ? [] : ['--only', values.manifest]),
    ]

console.error(`$ lockstep ${command.join(' ')}`)
const ran = spawnSync('lockstep', command, { cwd: positionals[0] ?? '.', stdio: 'inherit' })
if (ran.error !== undefined) console.error('run this as: npm run migrate_schemas -- <app_root> ...')
process.exitCode = ran.status ?? 1
