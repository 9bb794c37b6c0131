/** Where a store is, in the form in which it could be typed, without what is secret. */

import { relative } from 'node:path'
import type { Address, HostPort } from '../../core/address.ts'

/** Paths are shown as seen from `cwd`. */
export function placeOf(address: Address, cwd: string): string {
  switch (address.kind) {
    case 'postgres': {
      const user = encodeURIComponent(address.user)
      const database = encodeURIComponent(address.database)
      const [first] = address.hosts
      if (first?.host.startsWith('/') === true) return `postgres:///${database}?host=${first.host}&user=${user}`
      return `postgres://${user}@${address.hosts.map(shownHost).join(',')}/${database}`
    }
    case 'mysql': {
      const place = address.socket === null ? shownHost(address) : 'localhost'
      const socket = address.socket === null ? '' : `?socket=${address.socket}`
      return `mysql://${encodeURIComponent(address.user)}@${place}/${encodeURIComponent(address.database)}${socket}`
    }
    case 'neo4j':
      return address.database === null ? address.url : `${address.url}/${encodeURIComponent(address.database)}`
    case 'sqlite':
      return `sqlite:${address.path === null ? ':memory:' : shownPath(address.path, cwd)}`
    case 'pglite':
      return `pglite:${address.path === null ? 'memory' : shownPath(address.path, cwd)}`
    case 'documents':
      return address.files
  }
}

function shownHost({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Far outside the working folder a row of `../` says less than the path itself. */
function shownPath(path: string, cwd: string): string {
  const shown = relative(cwd, path).replaceAll('\\', '/')
  return shown.startsWith('../../') ? path : shown || '.'
}
