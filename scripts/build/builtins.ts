/** Node's own modules without their ESM face, which reads every export and so loads half of Node at start-up. */

import type { Plugin } from 'rolldown'

/**
 * `node:fs` alone costs 5 ms as an import: its face asks for `fs.promises` and the stream classes, which are otherwise
 * made when somebody wants them.
 */
export const askForBuiltins: Plugin = {
  name: 'ask-for-builtins',
  renderChunk(code, { fileName }) {
    const asked = code
      .replaceAll(
        /^import (?:\* as )?(\w+|\{[^}]*\}) from "(node:[\w/]+)";$/gm,
        'const $1 = process.getBuiltinModule("$2");',
      )
      // `{ join as join$1 }` is `{ join: join$1 }` where it is no import.
      .replaceAll(/^const \{.*\} = process\.getBuiltinModule\(/gm, (line) => line.replaceAll(' as ', ': '))
    const left = /^import .* from "node:.*$/m.exec(asked)
    if (left !== null) throw new Error(`${fileName}: an import of a builtin that is not known here: ${left[0]}`)
    return { code: asked, map: null }
  },
}
