/** What has to reach the store before its key goes: a draft that is being written, a photo that is being prepared. */
const held = new Set<Promise<unknown>>()

export function hold<T>(work: Promise<T>): Promise<T> {
  held.add(work)
  const release = () => void held.delete(work)
  work.then(release, release)
  return work
}

/** Until nothing is held any more, what was begun meanwhile included. */
export async function nothingHeld(): Promise<void> {
  while (held.size) await Promise.allSettled(held)
}
