/** For `node --import`: the name `lockstep` leads to our sources, as it would to an installed package. */

import { registerHooks } from 'node:module'

const files: Readonly<Record<string, string>> = {
  lockstep: '../../src/index.ts',
  'lockstep/sqlite': '../../src/sqlite-tools/index.ts',
}

registerHooks({
  resolve: (specifier, context, next) => {
    const file = files[specifier]
    return file === undefined
      ? next(specifier, context)
      : { url: new URL(file, import.meta.url).href, shortCircuit: true }
  },
})
