/** libpq's connection service file: named groups of parameters. */

import { join } from 'node:path'
import { knownParameter, type Parameters } from './conninfo.ts'
import type { Outside } from '../address/outside.ts'
import { refuse } from '../address/refuse.ts'

/** What the service that `given` or PGSERVICE names adds; an empty map where none is named. */
export function readService(text: string, given: Parameters, outside: Outside): Parameters {
  const name = given.get('service') ?? outside.env['PGSERVICE'] ?? ''
  if (name === '') return new Map()
  const said = outside.env['PGSERVICEFILE'] ?? ''
  for (const file of said === '' ? usualFiles(outside) : [said]) {
    const found = outside.readFile(file)
    if (said !== '' && found?.text == null) refuse(text, `the service file ${file} is not there`)
    const group = found?.text == null ? null : groupOf(text, { name, file, lines: found.text.split(/\r?\n/) })
    if (group !== null) return group
    if (said !== '') refuse(text, `the service file ${file} has no service "${name}"`)
  }
  return refuse(text, `no service file has a service "${name}"; looked at ${usualFiles(outside).join(', ')}`)
}

function usualFiles(outside: Outside): string[] {
  const home = outside.home()
  // libpq has its system folder compiled in; this is Debian's.
  const system = outside.env['PGSYSCONFDIR'] ?? '/etc/postgresql-common'
  return [...(home === null ? [] : [join(home, '.pg_service.conf')]), join(system, 'pg_service.conf')]
}

interface Looking {
  readonly name: string
  readonly file: string
  readonly lines: readonly string[]
}

function groupOf(text: string, { name, file, lines }: Looking): Parameters | null {
  let group: Map<string, string> | null = null
  let current = ''
  for (const [i, line] of lines.map((line) => line.trim()).entries()) {
    if (line === '' || line.startsWith('#')) continue
    const header = /^\[(.*)\]$/.exec(line)
    if (header !== null) {
      if (group !== null) return group
      current = header[1] ?? ''
      if (current === name) group = new Map()
    } else if (group !== null) {
      const at = line.indexOf('=')
      if (at === -1) refuse(text, `${file}:${i + 1} is no name=value`)
      const parameter = knownParameter(text, line.slice(0, at))
      if (parameter === 'service') refuse(text, `${file}:${i + 1}: a service inside a service is not allowed`)
      if (!group.has(parameter)) group.set(parameter, line.slice(at + 1))
    }
  }
  return group
}
