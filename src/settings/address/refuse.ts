/** Refusing an address without repeating its password. */

import { LockstepError } from '../../core/error.ts'
import { mask } from '../../core/secret.ts'

/** Stops with `url-invalid`; the address is shown without its secrets. */
export function refuse(address: string, reason: string): never {
  throw new LockstepError('url-invalid', { url: maskAddress(address), reason })
}

const secretNames = String.raw`(?:ssl)?password|pwd|passwd|oauth_client_secret|scram_(?:client|server)_key`

/** An address as it may be shown, also when it is broken: everything that could be a password is hidden. */
export function maskAddress(address: string): string {
  return maskCredentials(address)
    .replaceAll(new RegExp(String.raw`([?&](?:${secretNames})=)[^&]*`, 'gi'), `$1${mask}`)
    .replaceAll(
      new RegExp(String.raw`(^|\s)((?:${secretNames})\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|\S*)`, 'gis'),
      `$1$2${mask}`,
    )
}

function maskCredentials(address: string): string {
  const scheme = /^[^:/]*:\/\//.exec(address)?.[0]
  if (scheme === undefined) return address
  const rest = address.slice(scheme.length)
  const user = /^[^:@/?]*/.exec(rest)?.[0] ?? ''
  if (!rest.slice(user.length).startsWith(':')) return address
  // The last "@" of all, and nothing that does not look like a place: of a broken address too much is hidden.
  const place = rest.slice(rest.lastIndexOf('@'))
  if (rest.includes('@')) return `${scheme}${user}:${mask}${looksLikePlace.test(place) ? place : ''}`
  return /^:\d*(?:[/?,]|$)/.test(rest.slice(user.length)) ? address : `${scheme}${user}:${mask}`
}

const looksLikePlace = /^@(?:[\w.,:[\]-]|%[\da-f]{2})*(?:\/(?:[\w.~-]|%[\da-f]{2})*)?(?:\?[\w.=&%/,~+-]*)?$/i
