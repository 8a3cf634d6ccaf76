/** A kept operation as it came from the phone, made readable; what is not JSON stays as it is. */
export function prettyBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

/** The name a person wrote into the record, if any: helps to recognise it without reading JSON. */
export function nameInBody(body: string): string {
  try {
    const payload = (JSON.parse(body) as { payload?: { name?: unknown } }).payload
    return typeof payload?.name === 'string' ? payload.name : ''
  } catch {
    return ''
  }
}
