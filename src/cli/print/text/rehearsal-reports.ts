/** What rehearsals have shown, for the machines that run pipelines: JUnit XML, annotations of GitHub Actions. */

import type { RehearsedReport, RehearseReport } from '../../../app/rehearse.ts'
import { describeDifference } from '../../../core/shape.ts'
import { remarkOf } from './rehearsal.ts'

/** One test suite a store, one test case a migration. */
export function junitText(stores: readonly RehearseReport[]): string {
  const suites = stores.map((one) => {
    const failures = one.rehearsed.filter((each) => !each.acceptable).length
    // What stopped a store is a case of its own: pipelines count cases, not suites.
    const error = one.error === null ? [] : [errorCase(one.store, one.error.message)]
    const counts = `tests="${one.rehearsed.length + error.length}" failures="${failures}" errors="${error.length}"`
    return [
      `  <testsuite name="${xml(one.store)}" ${counts}>`,
      ...one.rehearsed.map(testCase),
      ...error,
      '  </testsuite>',
    ]
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="lockstep rehearse">',
    ...suites.flat(),
    '</testsuites>',
  ].join('\n')
}

function testCase(one: RehearsedReport): string {
  const head = `    <testcase name="${xml(one.version)}" classname="${xml(one.file)}" file="${xml(one.file)}" time="${(one.ms / 1000).toFixed(3)}"`
  if (one.acceptable) return `${head}/>`
  const body = linesOf(one).map(xml).join('\n')
  return `${head}><failure type="${xml(one.verdict)}" message="${xml(headline(one))}">${body}</failure></testcase>`
}

function errorCase(store: string, message: string): string {
  return `    <testcase name="${xml(store)}" classname="rehearse"><error message="${xml(message)}"/></testcase>`
}

/** One annotation for each file that is not as it should be, and for what stopped a store; notes as notices. */
export function githubText(stores: readonly RehearseReport[]): string {
  return stores.flatMap((store) => [...store.rehearsed.flatMap(annotations), ...stopped(store)]).join('\n')
}

function stopped({ store, error }: RehearseReport): string[] {
  return error === null ? [] : [`::error title=${property(`rehearse ${store}`)}::${data(error.message)}`]
}

function annotations(one: RehearsedReport): string[] {
  const file = one.error?.file ?? one.file
  const place = [`file=${property(file)}`, ...(one.error?.line == null ? [] : [`line=${one.error.line}`])].join(',')
  const at = (kind: 'error' | 'notice', text: string): string =>
    `::${kind} ${place},title=${property(`rehearse ${one.version}: ${one.verdict}`)}::${data(text)}`
  const wrong = one.acceptable ? [] : [at('error', linesOf(one).join('\n'))]
  return [...wrong, ...(one.acceptable ? one.notes.map((note) => at('notice', note)) : [])]
}

function headline(one: RehearsedReport): string {
  const remark = remarkOf(one)
  return remark === '' ? one.verdict : `${one.verdict}: ${remark}`
}

function linesOf(one: RehearsedReport): string[] {
  return [headline(one), ...one.differences.map(describeDifference), ...one.notes]
}

/** Control characters, halves of pairs and two code points more have no form in XML 1.0. */
function xml(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- they are what is replaced
      .replaceAll(/[\0-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '?')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  )
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
