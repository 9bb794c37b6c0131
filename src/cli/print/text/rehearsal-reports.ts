/** What rehearsals have shown, for the machines that run pipelines: JUnit XML, annotations of GitHub Actions. */

import type { RehearsedReport, RehearseReport } from '../../../app/rehearse.ts'
import { describeDifference } from '../../../core/shape.ts'
import { remarkOf } from './rehearsal.ts'

/** One test suite a store, one test case a migration. */
export function junitText(stores: readonly RehearseReport[]): string {
  const suites = stores.map((one) => {
    const failures = one.rehearsed.filter((each) => !each.acceptable).length
    const counts = `tests="${one.rehearsed.length}" failures="${failures}" errors="${one.error === null ? 0 : 1}"`
    const error = one.error === null ? [] : [`    <system-err>${xml(one.error.message)}</system-err>`]
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

/** One annotation for each file that is not as it should be; notes as notices. */
export function githubText(stores: readonly RehearseReport[]): string {
  return stores.flatMap((store) => store.rehearsed.flatMap(annotations)).join('\n')
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

/** Control characters have no form in XML 1.0. */
function xml(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- they are what is replaced
      .replaceAll(/[\0-\u0008\u000B\u000C\u000E-\u001F]/g, '?')
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
