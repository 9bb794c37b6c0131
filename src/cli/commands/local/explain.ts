/** `lockstep explain <code>`: the page of an error, as it is in docs/errors. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LockstepError } from '../../../core/error.ts'
import { nearestWord } from '../../../core/nearest.ts'
import { command } from '../../command.ts'
import { packageFolder } from '../../package.ts'
import { plainJson } from '../../print/json.ts'
import { printResult } from '../../run/print-result.ts'
import type { explain } from '../../specs/local.ts'

export const run = command<typeof explain>(async ({ words, values }, context) => {
  const [code] = words
  const listed = values.list || code === undefined
  const text = listed ? explainedCodes().join('\n') : pageOf(code)
  const more = listed ? { codes: explainedCodes() } : { code, page: text }
  if (values.json) return await printResult(context, plainJson({ command: 'explain', ok: true, exit: 0, more }))
  context.terminal.out(text)
  return 0
})

/** Every word that has a page. */
export function explainedCodes(): readonly string[] {
  return readdirSync(pagesFolder())
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length))
    .sort()
}

function pageOf(written: string): string {
  // People copy what they see: error[checksum-changed], brackets and all.
  const code = written.replace(/^error/, '').replaceAll(/[[\]:]/g, '')
  const codes = explainedCodes()
  if (!codes.includes(code)) {
    const near = nearestWord(code, codes)
    const within = codes.filter((one) => one.split('-').includes(code)).slice(0, 5)
    throw new LockstepError('nothing-to-explain', { word: written, nearest: near === null ? within : [near] })
  }
  return readFileSync(join(pagesFolder(), `${code}.md`), 'utf8').trimEnd()
}

function pagesFolder(): string {
  return join(packageFolder(), 'docs', 'errors')
}
