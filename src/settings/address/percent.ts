/** Percent-decoding of a part of an address, as strict as libpq's. */

import { refuse } from './refuse.ts'

/** The text that `raw` stands for; `address` is the whole, for the refusal. */
export function decodePercent(address: string, raw: string): string {
  if (/\s/.test(raw)) refuse(address, 'it holds a blank or a line break, which is written %20 or %0A')
  if (/%(?![0-9a-f]{2})/i.test(raw)) {
    refuse(address, 'a "%" is not followed by two hexadecimal digits; by itself it is written %25')
  }
  if (raw.includes('%00')) refuse(address, '%00 is not allowed')
  try {
    return decodeURIComponent(raw)
  } catch {
    return refuse(address, 'its percent-encoded bytes are not UTF-8')
  }
}
