/** The sync's locks by name: one round, and one upload, at a time across tabs. */
import type { Locks } from './context'

export const SYNC_LOCK = 'wangge-sync'
export const UPLOAD_LOCK = 'wangge-upload'
export const BASE_MAP_LOCK = 'wangge-base-map'

/** Locks within one JavaScript world, for where there are no Web Locks. */
export function ownLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    request(name, options, work) {
      const run = (tails.get(name) ?? Promise.resolve()).then(() => {
        if (options.signal?.aborted) throw new Error('aborted')
        return work()
      })
      tails.set(name, run.catch(() => undefined)) // prettier-ignore
      return run
    },
  }
}
