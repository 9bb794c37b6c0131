/** Several ways to do one thing, measured in turns: what the machine does meanwhile hits all of them alike. */

import { measure, type Program, type Sample } from './measure.ts'

export interface Contestant {
  readonly name: string
  /** Made before the clock starts; `after` undoes it. */
  readonly prepare: () => Promise<Prepared>
}

export interface Prepared {
  readonly program: Program
  readonly after?: () => Promise<void>
}

/** One row of a table: all figures are over the rounds. */
export interface Row {
  readonly name: string
  readonly wallMs: Spread
  readonly cpuMs: Spread
  readonly rssMb: Spread
  /** Against the first contestant in the same round. */
  readonly ratio: Spread
  readonly cpuRatio: Spread
  /** `null`: it ran. */
  readonly failed: string | null
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export interface Comparison {
  readonly title: string
  readonly rounds: number
  readonly rows: readonly Row[]
}

export interface Comparing {
  readonly title: string
  readonly rounds: number
  readonly scratch: string
}

/** The first contestant is the floor. One that fails is out, and its row says why. */
export async function compare(contestants: readonly Contestant[], comparing: Comparing): Promise<Comparison> {
  const { title, rounds, scratch } = comparing
  const samples = new Map(contestants.map(({ name }): [string, Sample[]] => [name, []]))
  const failed = new Map<string, string>()
  // Round 0 fills caches (the disk's, Node's compile cache) and does not count.
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? contestants : [...contestants].reverse()
    for (const { name, prepare } of order) {
      if (failed.has(name)) continue
      try {
        const sample = await runOnce(prepare, scratch)
        if (round > 0) samples.get(name)?.push(sample)
      } catch (error) {
        failed.set(name, error instanceof Error ? error.message : String(error))
        console.error(`\n!! ${title}: ${name} IS OUT: ${failed.get(name)}\n`)
      }
    }
    process.stderr.write(`\r${title}: round ${round} of ${rounds} `)
  }
  process.stderr.write('\r\u001B[K')
  const floor = samples.get(contestants[0]?.name ?? '') ?? []
  const rows = contestants.map(({ name }) => rowOf(name, samples.get(name) ?? [], { floor, failed: failed.get(name) }))
  return { title, rounds, rows }
}

async function runOnce(prepare: Contestant['prepare'], scratch: string): Promise<Sample> {
  const { program, after } = await prepare()
  try {
    return await measure(program, scratch)
  } finally {
    await after?.()
  }
}

function rowOf(
  name: string,
  samples: readonly Sample[],
  { floor, failed }: { floor: readonly Sample[]; failed: string | undefined },
): Row {
  const per = (field: keyof Sample): Spread => spreadOf(samples.map((one) => one[field]))
  const against = (field: keyof Sample): Spread =>
    spreadOf(samples.map((one, round) => one[field] / (floor[round]?.[field] ?? Number.NaN)))
  return {
    name,
    wallMs: per('wallMs'),
    cpuMs: per('cpuMs'),
    rssMb: per('rssMb'),
    ratio: against('wallMs'),
    cpuRatio: against('cpuMs'),
    failed: failed ?? null,
  }
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { median: at(0.5), least: at(0), most: at(1) }
}
