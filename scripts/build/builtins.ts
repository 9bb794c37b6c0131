/** Node's own modules without their ESM face, which reads every export and so loads half of Node at start-up. */

import type { Plugin } from 'rolldown'

/** Loaded by the first call: they bring streams along, and most runs never call them. All that is imported is functions. */
const late: readonly string[] = ['node:fs/promises', 'node:child_process']

/**
 * `node:fs` alone costs 5 ms as an import: its face asks for `fs.promises` and the stream classes, which are otherwise
 * made when somebody wants them.
 */
export const askForBuiltins: Plugin = {
  name: 'ask-for-builtins',
  renderChunk(code, { fileName }) {
    const asked = code
      .replaceAll(/^import \{([^}]*)\} from "(node:[\w/]+)";$/gm, (_all, names: string, id: string) => ask(names, id))
      .replaceAll(/^import (?:\* as )?(\w+) from "(node:[\w/]+)";$/gm, 'const $1 = process.getBuiltinModule("$2");')
    const left = /^import .* from "node:.*$/m.exec(asked)
    if (left !== null) throw new Error(`${fileName}: an import of a builtin that is not known here: ${left[0]}`)
    return { code: asked, map: null }
  },
}

function ask(names: string, id: string): string {
  // `{ join as join$1 }` is `{ join: join$1 }` where it is no import.
  if (!late.includes(id)) return `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule("${id}");`
  return names
    .split(',')
    .map((one) => callLate(one, id))
    .join('\n')
}

function callLate(name: string, id: string): string {
  const [theirs = '', ours = theirs] = name.trim().split(' as ')
  const found = (process.getBuiltinModule(id) as unknown as Readonly<Record<string, unknown>>)[theirs]
  if (typeof found !== 'function') throw new Error(`${theirs} of ${id} is no function, so it cannot be loaded late`)
  return `const ${ours} = (...args) => process.getBuiltinModule("${id}").${theirs}(...args);`
}
