/** What a thread is started with that works on the documents of a corpus: it opens the corpus for itself. */

import { serveAsThread } from '../../../documents/index.ts'
import { type CorpusSource, openCorpusOf } from './open-corpus.ts'

// As the executable does: without it every thread compiles the program anew.
process.getBuiltinModule('node:module').enableCompileCache?.()
// Sent by `threadsFor`.
await serveAsThread((data) => openCorpusOf(data as CorpusSource))
