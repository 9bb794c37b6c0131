/** A corpus as pipelines leave it: one folder a run with a manifest of 1 to 4 KB in it. The same every time. */

import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const jobs = 500

/** Makes `artifacts/<job>/<run>/manifest.json`, all of version 1.0.0, below `folder`. */
export function makeCorpus(folder: string, documents: number): void {
  for (let i = 0; i < documents; i++) {
    const run = hash('md5', `run ${i}`)
    const job = `job-${String(i % jobs).padStart(4, '0')}`
    const at = join(folder, 'artifacts', job, run)
    mkdirSync(at, { recursive: true })
    writeFileSync(join(at, 'manifest.json'), `${JSON.stringify(manifest(i, job, run), null, 2)}\n`)
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
