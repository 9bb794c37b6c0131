import { expect, test } from 'vitest'
import { isLockstepError, type LockstepError } from '../../core/error.ts'
import { parseCommandLine } from './command-line.ts'

function translated(argv: readonly string[]): string {
  try {
    parseCommandLine(argv)
  } catch (error) {
    if (isLockstepError(error) && error.code === 'word-of-another-tool') {
      return (error as LockstepError<'word-of-another-tool'>).details.command
    }
    throw error
  }
  throw new Error('was understood')
}

const cases: readonly (readonly [typed: string, command: string])[] = [
  ['migrate', 'lockstep up'],
  ['apply', 'lockstep up'],
  ['deploy', 'lockstep up'],
  ['migrate up', 'lockstep up'],
  ['migrate deploy', 'lockstep up'],
  ['migrate:latest', 'lockstep up'],
  ['db:migrate', 'lockstep up'],
  ['upgrade head', 'lockstep up'],
  ['upgrade heads', 'lockstep up'],
  ['upgrade ae1027a6', 'lockstep up --to ae1027a6'],
  ['upgrade auth@head', 'lockstep up'],
  ['migrate goto 7', 'lockstep up --to 7'],
  ['up-to 20240101', 'lockstep up --to 20240101'],
  ['--target-version 1.2.0', 'lockstep up --to 1.2.0'],
  ['up --target-version=1.2.0', 'lockstep up --to 1.2.0'],
  ['rollback', 'lockstep down'],
  ['revert', 'lockstep down'],
  ['undo', 'lockstep down'],
  ['migrate down', 'lockstep down'],
  ['migrate:rollback', 'lockstep down'],
  ['migrate:rollback --all', 'lockstep down --all'],
  ['downgrade -1', 'lockstep down'],
  ['downgrade -12', 'lockstep down --steps 12'],
  ['downgrade base', 'lockstep down --all'],
  ['downgrade abc123', 'lockstep down --to abc123'],
  ['migrate down 3', 'lockstep down --steps 3'],
  ['down 2', 'lockstep down --steps 2'],
  ['reset', 'lockstep down --all'],
  ['migrate reset', 'lockstep down --all'],
  ['current', 'lockstep status'],
  ['info', 'lockstep status'],
  ['migrate status', 'lockstep status'],
  ['--list-versions', 'lockstep status'],
  ['up --dry-run', 'lockstep plan'],
  ['--dry-run', 'lockstep plan'],
  ['upgrade head --sql', 'lockstep plan --sql'],
  ['validate', 'lockstep verify'],
  ['reindex_artifacts /app', 'lockstep reindex'],
  ['baseline', 'lockstep adopt'],
  ['stamp head', 'lockstep adopt'],
  ['stamp 0007', 'lockstep adopt --at 0007'],
  ['migrate:make add_email', 'lockstep new add_email'],
  ['revision -m add_email', 'lockstep new add_email'],
  ['migrate dev --name add_email', 'lockstep new add_email'],
  ['generate', 'lockstep new <name>'],
  ['executed', 'lockstep history'],
  ['force 12', 'lockstep repair resolve 12 --applied --why "..."'],
  ['migrate:unlock', 'lockstep repair unlock --why "..."'],
  ['wait', 'lockstep up --wait 60s'],
  ['version', 'lockstep --version'],
]

test.each(cases)('%s is %s here', (typed, command) => {
  expect(translated(typed.split(' '))).toBe(command)
})

test.each(cases)('what is printed for %s is understood', (_, command) => {
  const argv = command.replace('<name>', 'name').replace('"..."', 'x').split(' ').slice(1)
  expect(() => parseCommandLine(argv)).not.toThrow()
})

test.each([
  [
    'kept where the command has it',
    ['up', '--dry-run', '--store', 'app', '--json'],
    'lockstep plan --store app --json',
  ],
  ['left out where it has not', ['current', '--atomic'], 'lockstep status'],
  ['quoted for the shell', ['migrate', '--release', 'spring release'], "lockstep up --release 'spring release'"],
  ['not said twice', ['upgrade', 'abc', '--to', 'def'], 'lockstep up --to abc'],
])('an option of ours is %s', (_, argv, command) => {
  expect(translated(argv)).toBe(command)
})

test.each(['new revision', 'explain log', 'up --operator validate', 'repair unlock --why x'])(
  'a word of another tool is nothing special as a value: %s',
  (line) => {
    expect(parseCommandLine(line.split(' ')).kind).toBe('run')
  },
)
