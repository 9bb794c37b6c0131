/** Small texts that several prints share. */

/** `1 migration`, `2 migrations`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** A migration as people call it: its file without folder and ending; the folder where the file has a fixed name. */
export function migrationName(file: string): string {
  const parts = file.split('/')
  const name = (parts.at(-1) ?? file).replace(/(?:\.(?:up|down))?\.[a-z]+$/, '')
  return /^(?:up|down|migration)$/.test(name) ? (parts.at(-2) ?? name) : name
}

/** `2026-03-02 14:05:09`: UTC, to the second. */
export function shortTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}
