/** The version of this package, as records and logs name it. */

import { readFileSync } from 'node:fs'

export const toolVersion: string = readVersion()

/** package.json lies two levels above this file in the sources and one above the bundle. */
function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: unknown
        version?: unknown
      }
      if (name === 'lockstep' && typeof version === 'string') return version
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error
    }
  }
  return '0.0.0'
}
