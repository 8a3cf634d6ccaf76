/** Who is at work on this phone, and how her store and her sync stand: what the pages look at. */
import { shallowRef } from 'vue'
import type { LocalDb } from '@/local/db'
import { FIRST_POLICIES, type Me } from '@/local/shapes'
import type { StoreCipher } from '@/local/storeCipher'
import { FIRST_STATE, type SyncState } from '@/sync/state'

export interface Work {
  me: Me
  db: LocalDb
  device_id: string
}

/** The person at work; null when nobody is signed in on this phone. */
export const work = shallowRef<Work | null>(null)
export const syncState = shallowRef<SyncState>(FIRST_STATE)
/** Whether the browser promised not to clear the store by itself; null while nobody asked. */
export const isPersistent = shallowRef<boolean | null>(null)

/** This phone was erased by order of an administrator; said until somebody signs in here again. */
export const wasErased = shallowRef(false)

/** The phone's store cannot be used: nothing could be kept, so nothing is offered but a way out. */
export interface StoreTrouble {
  /**
   * `closed`: the browser took it away; `blocked`: another tab holds an older version open; `newer`: another tab has made a
   * newer version of it; `upgrade`: its own upgrade failed, the data is as it was; `cannot_open`: anything else.
   */
  kind: 'closed' | 'blocked' | 'newer' | 'upgrade' | 'cannot_open'
  /** With what the store's work can still be saved as a file; null where nobody has unlocked it. */
  rescue: { account_id: string; cipher: StoreCipher } | null
}
export const storeTrouble = shallowRef<StoreTrouble | null>(null)

/** What the store of the person at work holds; use it where somebody must be at work. */
export function atWork(): Work {
  if (!work.value) throw new Error('Nobody is at work')
  return work.value
}

export const policies = () => ({ ...FIRST_POLICIES, ...work.value?.me.policies })
