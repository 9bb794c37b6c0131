/** What a thread is started with that works on the documents of a corpus: it opens the corpus for itself. */

import { serveAsThread } from '../../../documents/index.ts'
import { whileSelfResolves } from '../../../settings/configuration/self.ts'
import { type CorpusSource, openCorpusOf } from './open-corpus.ts'

// As the executable does: without it every thread compiles the program anew.
process.getBuiltinModule('node:module').enableCompileCache?.()
// Transforms import `lockstep`: a thread does not inherit how the command line leads that name to us.
const self = new URL(import.meta.url.endsWith('.ts') ? '../../../index.ts' : '../index.js', import.meta.url).href
// Sent by `threadsFor`, whose thread has opened the same corpus and found its schemas good.
await serveAsThread((data) => whileSelfResolves(self, () => openCorpusOf(data as CorpusSource, {}, 'proven')))
