/**
 * `npm test`: everything, one step after the other, whatever became of the one before. Its last line is the sum. Fails
 * when anything failed, and when nothing ran at all.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')
const reports = mkdtempSync(join(tmpdir(), 'lockstep-tests-'))

/** The repository's own Node, whichever one started this. */
const env = { ...process.env, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) }

interface Sum {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A step passes or fails as a whole, like one test. */
const steps: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  ['types', 'tsc', '-b'],
  ['format', 'oxfmt', '--check'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['build', 'node', join(root, 'scripts/build.ts')],
]

/** The projects of vitest.config.ts; those that start servers and processes do not run beside each other. */
const projects = ['unit', 'property', 'contract', 'crash', 'transcripts', 'package', 'examples']

const sums = [...steps.map(runStep), ...projects.map(runProject)]
const sum = sums.reduce((a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
}))
rmSync(reports, { recursive: true })
console.log(`\ntests: ${sum.passed} passed, ${sum.failed} failed`)
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed > 0 || sum.passed <= steps.length ? 1 : 0

function runStep([name, program, ...args]: (typeof steps)[number]): Sum {
  const good = run(name, program, args)
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 }
}

function runProject(project: string): Sum {
  const report = join(reports, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // A test.only that was left behind must not hide the others.
  const good = run(project, 'vitest', [
    'run',
    '--project',
    project,
    '--passWithNoTests',
    '--allowOnly=false',
    ...reporters,
  ])
  const sum = existsSync(report) ? readReport(report) : { passed: 0, failed: 0, skipped: 0 }
  if (sum.passed + sum.failed === 0) console.log(`${project}: no test ran`)
  // A file that could not be loaded, a setup that failed: no test of it failed, but it did.
  return good ? sum : { ...sum, failed: Math.max(1, sum.failed) }
}

function readReport(file: string): Sum {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly numPassedTests: number
    readonly numFailedTests: number
    readonly numPendingTests: number
    readonly numTodoTests: number
  }
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
}

function run(name: string, program: string, args: readonly string[]): boolean {
  const begun = performance.now()
  console.log(`\n== ${name}`)
  const { status, error } = spawnSync(program, args, { cwd: root, env, stdio: 'inherit' })
  if (error !== undefined) console.error(error.message)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(`== ${name}: ${status === 0 ? 'good' : 'FAILED'} after ${seconds} s`)
  return status === 0
}
