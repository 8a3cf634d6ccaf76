/** How many of a record's announced photos have arrived: the record never waits for them. */
export interface Arrival {
  expected: number
  arrived: number
  complete: boolean
}

export function arrivalOf(records: readonly { expected: number; arrived: number }[]): Arrival {
  const expected = records.reduce((sum, r) => sum + r.expected, 0)
  const arrived = records.reduce((sum, r) => sum + r.arrived, 0)
  return { expected, arrived, complete: arrived >= expected }
}

/** A hash in groups of eight, so that two people can read it to each other. */
export function hashText(sha256: string): string {
  return sha256.match(/.{1,8}/g)?.join(' ') ?? sha256
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** How long a recording is, as players write it: 1:05. */
export function lengthText(seconds: number | null): string {
  if (seconds === null) return ''
  const whole = Math.max(1, Math.round(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** How many of these announced photos are on the server. */
export function arrivedOf(photos: readonly { state: string }[]): number {
  return photos.filter((photo) => photo.state === 'stored').length
}
