/** Runs a function under a wrong clock and other dice, to find out whether it looks at them. */

/** A pure function gives the same answer under each of these. */
export interface Strangeness {
  /** Milliseconds since 1970 that every clock shows. */
  readonly at: number
  /** What every die shows; between 0 and 1. */
  readonly dice: number
}

export const strangeWorlds: readonly [Strangeness, Strangeness] = [
  { at: Date.UTC(2001, 1, 3, 4, 5, 6), dice: 0.25 },
  { at: Date.UTC(2042, 10, 12, 13, 14, 15), dice: 0.75 },
]

/**
 * Puts the clocks and dice of this process to strange values while `work` runs, and puts them back however it ends.
 * `work` must not wait: while it runs nothing else does, so nobody else sees the strange clock.
 */
export function underStrangeClock<T>({ at, dice }: Strangeness, work: () => T): T {
  const RealDate = globalThis.Date
  class StrangeDate extends RealDate {
    constructor(...parts: unknown[]) {
      // The parts are those of `new Date(...)`, whatever they are; without any it is the strange present.
      super(...((parts.length === 0 ? [at] : parts) as [number]))
    }
    static override now(): number {
      return at
    }
  }
  const replaced: readonly (readonly [object, string, unknown])[] = [
    [globalThis, 'Date', StrangeDate],
    [Math, 'random', () => dice],
    [globalThis.performance, 'now', () => at],
    [
      globalThis.crypto,
      'randomUUID',
      () => `00000000-0000-4000-8000-${String(Math.round(dice * 100)).padStart(12, '0')}`,
    ],
    [globalThis.crypto, 'getRandomValues', (array: Uint8Array) => array.fill(Math.round(dice * 255))],
  ]
  const restore = replaced.map(([owner, name, value]) => replace(owner, name, value))
  try {
    return work()
  } finally {
    for (const back of restore.toReversed()) back()
  }
}

function replace(owner: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name)
  Object.defineProperty(owner, name, { value, configurable: true, writable: true })
  return () => {
    if (before === undefined) Reflect.deleteProperty(owner, name)
    else Object.defineProperty(owner, name, before)
  }
}
