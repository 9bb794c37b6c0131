/**
 * `npm test`: everything, one step after the other, whatever became of the one before. It closes with each failure once
 * more, for whoever has only the end of a long log; its last line is the sum. Fails when anything failed, and when
 * nothing ran at all.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')
const reports = mkdtempSync(join(tmpdir(), 'lockstep-tests-'))

/** The repository's own Node, whichever one started this. */
const env = { ...process.env, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) }

interface Sum {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What failed, and how: one text each. */
  readonly failures: readonly string[]
}

/** What is read of the report that vitest writes, in the shape that Jest gave it. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

/** How many characters of a failure are told again at the end. */
const failureLength = 2000

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
  failures: [...a.failures, ...b.failures],
}))
rmSync(reports, { recursive: true })
if (sum.failures.length > 0) console.log(`\n== what failed\n\n${sum.failures.join('\n\n')}`)
console.log(`\ntests: ${sum.passed} passed, ${sum.failed} failed`)
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed > 0 || sum.passed <= steps.length ? 1 : 0

function runStep([name, program, ...args]: (typeof steps)[number]): Sum {
  const good = run(name, program, args)
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0, failures: good ? [] : [name] }
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
  const sum = existsSync(report) ? readReport(project, report) : { passed: 0, failed: 0, skipped: 0, failures: [] }
  if (sum.passed + sum.failed === 0) console.log(`${project}: no test ran`)
  // A file that could not be loaded, a setup that failed: no test of it failed, but it did.
  const failures = sum.failures.length > 0 ? sum.failures : [`${project}: failed outside its tests`]
  return good ? sum : { ...sum, failed: failures.length, failures }
}

function readReport(project: string, file: string): Sum {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: report.testResults.flatMap(({ name, status, message, assertionResults }) => {
      const tests = assertionResults
        .filter((test) => test.status === 'failed')
        .map((test) => ({ title: test.fullName, text: test.failureMessages?.join('\n') ?? '' }))
      // A file that failed without a test of its own that did was not loaded.
      if (status === 'failed' && tests.length === 0) tests.push({ title: 'the file', text: message })
      return tests.map(({ title, text }) =>
        [`${project}: ${relative(root, name)}: ${title}`, text.slice(0, failureLength)].join('\n'),
      )
    }),
  }
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
