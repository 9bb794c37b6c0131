/** SHA-256 for the core's checksum. */

import { createHash, hash, type Hash } from 'node:crypto'
import type { Hasher } from '../../core/checksum.ts'

/** Characters that are collected before a running hash is begun. */
const collectedMost = 65_536

/** Hashes a short text in one call: a running hash is a stream to Node, which costs more than reading a small file. */
export function makeHasher(): Hasher {
  let collected = ''
  let running: Hash | null = null
  return {
    update(text) {
      if (running === null && collected.length + text.length <= collectedMost) {
        collected += text
        return
      }
      running ??= createHash('sha256').update(collected)
      running.update(text)
    },
    digest: (encoding) => (running === null ? hash('sha256', collected, encoding) : running.digest(encoding)),
  }
}
