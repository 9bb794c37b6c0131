/** Installs the peers, each into a folder of its own outside the repository: none of them is a dependency of ours. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from './peers.ts'

export interface Installed {
  readonly peer: Peer
  readonly home: string
}

const installMostMs = 300_000

/** Those that could be installed; the others are named, loudly, and left out. */
export function installPeers(peers: readonly Peer[], base: string): readonly Installed[] {
  return peers.flatMap((peer) => {
    const home = join(base, peer.name.replaceAll(' ', '-'))
    const failure = existsSync(join(home, 'node_modules')) ? null : install(peer, home)
    if (failure === null) return [{ peer, home }]
    console.error(`\n!! ${peer.name} IS OUT: it could not be installed: ${failure}\n`)
    return []
  })
}

function install({ packages, files, name }: Peer, home: string): string | null {
  process.stderr.write(`installing ${name} ...\n`)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies: packages }))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(home, file), text)
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock']
  const { status, stderr, error } = spawnSync('npm', args, { cwd: home, encoding: 'utf8', timeout: installMostMs })
  return status === 0 ? null : `${error?.message ?? ''} ${stderr.slice(-300)}`.trim()
}
