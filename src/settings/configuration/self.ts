/** Lets `import 'lockstep'` in the user's files find us under `npx`, where no project has us installed. */

import { registerHooks } from 'node:module'

/** What a subpath is called beside our entry: in the sources, and in what is published. */
const subpaths: Readonly<Record<string, { readonly source: string; readonly built: string }>> = {
  lockstep: { source: 'index.ts', built: 'index.js' },
  'lockstep/sqlite': { source: 'sqlite-tools/index.ts', built: 'sqlite.js' },
}

/**
 * Runs `work` while the name `lockstep` leads to `selfUrl`, and its subpaths to the files beside it, wherever Node finds
 * nothing by that name. An installed one goes first, so that a project's own version is the one it gets.
 */
export async function whileSelfResolves<T>(selfUrl: string, work: () => Promise<T>): Promise<T> {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const subpath = subpaths[specifier]
      if (subpath === undefined) return nextResolve(specifier, context)
      try {
        return nextResolve(specifier, context)
      } catch (error) {
        if (!isNotFound(error)) throw error
        return { url: urlBeside(selfUrl, subpath), shortCircuit: true }
      }
    },
  })
  try {
    return await work()
  } finally {
    hooks.deregister()
  }
}

function urlBeside(selfUrl: string, { source, built }: { readonly source: string; readonly built: string }): string {
  if (source === 'index.ts') return selfUrl
  return new URL(selfUrl.endsWith('.ts') ? source : built, selfUrl).href
}

function isNotFound(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}
