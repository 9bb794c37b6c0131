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

/** `512 B`, `4.2 MB`: powers of 1000, as tools that show files do. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? 'B'}`
}
