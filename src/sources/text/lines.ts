/** Line feeds between two places of a text, for line numbers in messages. */
export function countLineFeeds(text: string, from = 0, to: number = text.length): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}
