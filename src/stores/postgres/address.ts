/** Where a PostgreSQL server is and how to get in. Settings make it from what libpq would understand. */

import { readFileSync } from 'node:fs'

export interface PostgresAddress {
  /** Tried in this order. A host that begins with `/` is a folder of socket files. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly user: string
  readonly password: { reveal(): string } | null
  readonly database: string
  readonly ssl: SslSettings
  readonly connectTimeoutMs: number
  /** Start-up options as in `PGOPTIONS`; `null` for none. */
  readonly options: string | null
  readonly targetSessionAttrs: string
}

export interface SslSettings {
  readonly mode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'
  /** Paths of files. */
  readonly rootCert?: string | null
  readonly cert?: string | null
  readonly key?: string | null
}

/** What to try, in order, for one host: libpq's table of `sslmode`. Socket files are never encrypted. */
export function sslChoices(ssl: SslSettings, host: string): readonly (object | false)[] {
  if (host.startsWith('/') || ssl.mode === 'disable') return [false]
  const encrypted = tlsOptions(ssl)
  switch (ssl.mode) {
    case 'allow':
      return [false, encrypted]
    case 'prefer':
      return [encrypted, false]
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return [encrypted]
  }
}

function tlsOptions({ mode, rootCert, cert, key }: SslSettings): object {
  const files = {
    ...(rootCert == null ? {} : { ca: readFileSync(rootCert) }),
    ...(cert == null ? {} : { cert: readFileSync(cert) }),
    ...(key == null ? {} : { key: readFileSync(key) }),
  }
  if (mode === 'verify-full') return { ...files, rejectUnauthorized: true }
  // libpq: `require` with a root certificate at hand verifies the chain, as verify-ca does; neither looks at the name.
  const verifyChain = mode === 'verify-ca' || (mode === 'require' && rootCert != null)
  return { ...files, rejectUnauthorized: verifyChain, checkServerIdentity: () => undefined }
}
