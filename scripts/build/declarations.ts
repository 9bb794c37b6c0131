/** The types that the public entry reaches, and no others: the compiler's folder also holds what was deleted since. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** `from './x.ts'` and `import('./x.ts')`. */
const specifier = /(\b(?:from|import)\s*\(?\s*['"])(\.[^'"]+)\.ts(['"])/g

/** Copies `entry` and what it imports from folder `from` to `to`, with `.js` for `.ts`: that is what users resolve. */
export function copyDeclarations({ entry, from, to }: { entry: string; from: string; to: string }): void {
  const waiting = [entry]
  const seen = new Set(waiting)
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const text = readFileSync(file, 'utf8')
    for (const [, , path] of text.matchAll(specifier)) {
      const next = resolve(dirname(file), `${path}.d.ts`)
      if (seen.has(next)) continue
      seen.add(next)
      waiting.push(next)
    }
    const target = join(to, relative(from, file))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text.replace(specifier, '$1$2.js$3'))
  }
}
