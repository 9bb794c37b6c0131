/** Lets `import 'lockstep'` in the user's files find us under `npx`, where no project has us installed. */

import { registerHooks } from 'node:module'

/**
 * Runs `work` while the name `lockstep` leads to `selfUrl` wherever Node finds nothing by that name. An installed one
 * goes first, so that a project's own version is the one it gets.
 */
export async function whileSelfResolves<T>(selfUrl: string, work: () => Promise<T>): Promise<T> {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== 'lockstep') return nextResolve(specifier, context)
      try {
        return nextResolve(specifier, context)
      } catch (error) {
        if (!isNotFound(error)) throw error
        return { url: selfUrl, shortCircuit: true }
      }
    },
  })
  try {
    return await work()
  } finally {
    hooks.deregister()
  }
}

function isNotFound(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}
