/** The one text of a JSON value (RFC 8785): what is hashed is what is sent. */
import canonicalize from 'canonicalize'

export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('Not a JSON value')
  return text
}
