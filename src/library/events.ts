/** Events of runs as a stream, for whoever would rather read than be called. */

import type { RunEvent } from '../core/event.ts'

export interface Stream {
  push(event: RunEvent): void
  end(): void
  read(): AsyncIterable<RunEvent>
}

/** Events for readers that began to read before; each reader has a queue of its own. */
export function makeStream(): Stream {
  const readers = new Set<{ readonly queue: RunEvent[]; wake: () => void; ended: boolean }>()
  return {
    push: (event) => {
      for (const reader of readers) {
        reader.queue.push(event)
        reader.wake()
      }
    },
    end: () => {
      for (const reader of readers) {
        reader.ended = true
        reader.wake()
      }
    },
    read: () => {
      const reader = { queue: [] as RunEvent[], wake: (): void => undefined, ended: false }
      readers.add(reader)
      return drain(reader, () => readers.delete(reader))
    },
  }
}

async function* drain(
  reader: { readonly queue: RunEvent[]; wake: () => void; ended: boolean },
  done: () => void,
): AsyncGenerator<RunEvent> {
  try {
    for (;;) {
      const event = reader.queue.shift()
      if (event !== undefined) yield event
      else if (reader.ended) return
      else await new Promise<void>((resolve) => (reader.wake = resolve))
    }
  } finally {
    done()
  }
}
