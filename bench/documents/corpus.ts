/** A corpus as pipelines leave it: one folder a run with a manifest of 1 to 4 KB in it. The same every time. */

import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const jobs = 500

/** Whether each document has a folder of its own, `<job>/<run>/manifest.json`, or shares that of its job, `<job>/<run>.json`. */
export type Layout = 'own folders' | 'shared folders'

/** Makes documents, all of version 1.0.0, in `folder/artifacts`. */
export function makeCorpus(folder: string, documents: number, layout: Layout = 'own folders'): void {
  for (let i = 0; i < documents; i++) {
    const run = hash('md5', `run ${i}`)
    const job = `job-${String(i % jobs).padStart(4, '0')}`
    const file = join(folder, 'artifacts', job, layout === 'own folders' ? `${run}/manifest.json` : `${run}.json`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(manifest(i, job, run), null, 2)}\n`)
  }
}

function manifest(i: number, job: string, run: string): object {
  return {
    schema_version: '1.0.0',
    run_id: run,
    job_id: job,
    status: 'success',
    created_at: `2026-01-0${1 + (i % 9)}T10:00:00Z`,
    doctrine: { name: 'copy', version: i % 10, weights: [0.1, 0.25, 0.5] },
    inputs: Array.from({ length: 4 }, (_, k) => ({
      path: `inputs/file${k}.txt`,
      bytes: 1000 + k * i,
      sha256: hash('sha256', `${run} ${k}`),
    })),
    outputs: Array.from({ length: 3 }, (_, k) => ({ path: `outputs/out${k}.md`, tokens: i + k, note: null })),
    text: 'Lorem ipsum dolor sit amet, "quoted" consectetur. '.repeat(60).slice(0, (i * 7919) % 2600),
  }
}
