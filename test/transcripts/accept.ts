/** `npm run accept [pattern]`: plays the transcripts and keeps what they print now. Read the difference before you commit it. */

import { spawnSync } from 'node:child_process'

const { status } = spawnSync('vitest', ['run', '--project', 'transcripts', ...process.argv.slice(2)], {
  env: { ...process.env, LOCKSTEP_ACCEPT: '1' },
  stdio: 'inherit',
})
process.exitCode = status ?? 1
