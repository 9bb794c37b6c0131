/** A thread whose process ends under it at the third task, as a transform can do that calls `process.exit`. */

import * as documents from '../../src/documents/index.ts'
import { openForWorker } from './documents-worker-module.ts'

let folders = 0
const makeFolder: documents.FileSystem['makeFolder'] = (path) => {
  if (++folders === 3) process.exit(7)
  documents.disk.makeFolder(path)
}

await documents.serveAsThread((data) =>
  Promise.resolve({ ...openForWorker(data), files: { ...documents.disk, makeFolder } }),
)
