/** How to get in: what `sslmode` means for Node's TLS. */

import { readFileSync } from 'node:fs'
import type { PostgresSsl } from '../../../core/address.ts'

/** What to try, in order, for one host: libpq's table of `sslmode`. Socket files are never encrypted. */
export function sslChoices(ssl: PostgresSsl, host: string): readonly (object | false)[] {
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

function tlsOptions({ mode, rootCert, cert, key }: PostgresSsl): object {
  const files = {
    ...(rootCert === null ? {} : { ca: readFileSync(rootCert) }),
    ...(cert === null ? {} : { cert: readFileSync(cert) }),
    ...(key === null ? {} : { key: readFileSync(key) }),
  }
  if (mode === 'verify-full') return { ...files, rejectUnauthorized: true }
  // Only the chain is looked at, not the name; `require` and weaker look at neither.
  return { ...files, rejectUnauthorized: mode === 'verify-ca', checkServerIdentity: () => undefined }
}
