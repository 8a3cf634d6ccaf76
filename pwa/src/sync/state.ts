/** What the sync is doing, for anyone who wants to show it. */
import type { Problem } from '@/api/problems'
import type { UploadProgress } from './upload'

export interface SyncState {
  phase: 'idle' | 'pushing' | 'pulling'
  uploading: UploadProgress | null
  /** `signed_out`: the server asks for sign-in. `other_account`: the session on this phone is another person's. */
  session: 'unknown' | 'ok' | 'signed_out' | 'other_account'
  /** The deployment ordered this phone erased: `sending` what it still holds, then `erased`. Null: no such order. */
  wipe: 'sending' | 'erased' | null
  /** Of the first work package. */
  progress: { done: number; total: number } | null
  /** Why the last round ended early; null when it went through. */
  problem: Problem | null
  /** Why photos stopped; null when they did not. */
  upload_problem: Problem | null
  /** Not before this moment (ms) by itself; null: at the next occasion. */
  next_at: number | null
}

export const FIRST_STATE: SyncState = {
  phase: 'idle',
  uploading: null,
  session: 'unknown',
  wipe: null,
  progress: null,
  problem: null,
  upload_problem: null,
  next_at: null,
}

/** A value that tells its listeners when it changes. */
export class Watched<T extends object> {
  private readonly listeners = new Set<(value: T) => void>()
  constructor(public value: T) {}

  set(changes: Partial<T>): void {
    this.value = { ...this.value, ...changes }
    for (const listener of this.listeners) listener(this.value)
  }

  watch(listener: (value: T) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }
}
