/** The program as few files: what every command needs in one, each command and each driver in its own, loaded when asked for. */

import { join } from 'node:path'
import { rolldown, type CodeSplittingGroup, type MinifyOptions, type OutputChunk, type Plugin } from 'rolldown'
import { askForBuiltins } from './builtins.ts'

/** Blanks go, names stay: a stack trace from a user must be readable. */
const minify: MinifyOptions = { compress: false, mangle: false, codegen: true }

/** Loaded when a store needs it, from the user's own node_modules; the other two are pg's, for what we never use. */
const external = ['@electric-sql/pglite', 'pg-native', 'pg-cloudflare']

/**
 * What is loaded together lies together: each file costs a look at the disk at start-up. Everything that is not named
 * here is split by its dynamic imports, one file a command and one a kind of store.
 */
const groups: readonly CodeSplittingGroup[] = [
  // Loaded where documents have contracts, and there only.
  {
    name: 'ajv',
    test: /node_modules\/(?:ajv|fast-deep-equal|fast-uri|json-schema-traverse|require-from-string)\//,
    priority: 5,
  },
  { name: 'pg', test: /node_modules/, priority: 4 },
  { name: 'core', test: /src\/core\//, priority: 3 },
  // A group takes along what its files import, so what is wanted first must be taken first.
  { name: 'start', test: /src\/cli\/(?:parse|specs|terminal|[^/]+$)/, priority: 2 },
  { name: 'stores', test: /src\/stores\/sql\/|src\/readers\/history-row/, priority: 2 },
  // Backups, documents and rehearsals are left out: they bring modules of Node along that no other run should load.
  {
    name: 'run',
    test: /src\/(?:app\/(?!backup\/(?!of-run)|corpus\/|live\/|mending\/|rehears)|settings\/(?!project\/)|(?:engine|sources)\/)/,
    priority: 2,
  },
  { name: 'print', test: /src\/cli\/(?:run|print)\//, priority: 1 },
]

/** Writes the bundle and gives the absolute paths of all modules that are in it. */
export async function bundle({ source, to }: { source: string; to: string }): Promise<readonly string[]> {
  return [...(await bundleProgram(source, to)), ...(await bundleExecutable(source, to))]
}

async function bundleProgram(source: string, to: string): Promise<readonly string[]> {
  const build = await rolldown({
    input: {
      main: join(source, 'cli/main.ts'),
      index: join(source, 'index.ts'),
      sqlite: join(source, 'sqlite-tools/index.ts'),
      ...threads(source),
    },
    platform: 'node',
    external,
    plugins: [askForBuiltins],
    // A driver that is not there must be seen at once, not by the first user.
    onLog: (level, log) => failOn(level, log.message),
    tsconfig: false,
  })
  const { output } = await build.write({
    dir: to,
    format: 'esm',
    // A thread is started by a chunk, which looks for it beside itself, as in the sources.
    entryFileNames: ({ name }) => (name in threads(source) ? 'chunks/[name].js' : '[name].js'),
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: { groups: [...groups] },
    minify,
  })
  await build.close()
  return modulesOf(output)
}

/** What threads are started with. */
function threads(source: string): Readonly<Record<string, string>> {
  return {
    thread: join(source, 'app/corpus/opening/thread.ts'),
    'check-thread': join(source, 'stores/sqlite/backup/check-thread.ts'),
  }
}

/** By itself, and in the JavaScript of Node 12: one that is too old must be able to read it, and say so. */
async function bundleExecutable(source: string, to: string): Promise<readonly string[]> {
  const build = await rolldown({
    input: { bin: join(source, 'cli/bin.ts') },
    platform: 'node',
    plugins: [leaveMainOutside],
    transform: { target: 'node12.17' },
    onLog: (level, log) => failOn(level, log.message),
    tsconfig: false,
  })
  const { output } = await build.write({ dir: to, format: 'esm', entryFileNames: '[name].js', minify })
  await build.close()
  return modulesOf(output)
}

const leaveMainOutside: Plugin = {
  name: 'leave-main-outside',
  resolveId: (id) => (id === './main.ts' ? { id: './main.js', external: true } : null),
}

function failOn(level: string, message: string): void {
  if (level === 'warn') throw new Error(`rolldown: ${message}`)
}

function modulesOf(output: readonly { readonly type: string }[]): readonly string[] {
  return output.filter((one): one is OutputChunk => one.type === 'chunk').flatMap((chunk) => chunk.moduleIds)
}
