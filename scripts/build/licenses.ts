/** The notices of packages whose code is in the bundle, as their licenses ask. */

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** One text for all packages that `modules` (absolute paths) come from; throws for one without a license text. */
export function licenseNotices(modules: readonly string[]): string {
  const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== null))
  const notices = [...folders].sort().map(noticeOf)
  const head = 'lockstep contains code of these packages:\n'
  return [head, ...notices].join(`\n${'-'.repeat(80)}\n\n`)
}

function packageFolder(module: string): string | null {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module.replaceAll('\\', '/'))?.[0] ?? null
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: string
  }
  return `${name} ${version} (${license ?? 'see below'})\n\n${licenseText(folder).trim()}\n`
}

/** A file of its own, or the section of the README that holds it (pg-types, pgpass). */
function licenseText(folder: string): string {
  const files = readdirSync(folder)
  const own = files.find((one) => /^licen[cs]e/i.test(one))
  if (own !== undefined) return readFileSync(join(folder, own), 'utf8')
  const readme = files.find((one) => /^readme/i.test(one))
  const section =
    readme === undefined ? null : /^#+ *licen[cs]e\s*$([^]*)/im.exec(readFileSync(join(folder, readme), 'utf8'))
  if (section?.[1] === undefined) throw new Error(`${folder} has no license text, so it must not be bundled`)
  return section[1]
}
