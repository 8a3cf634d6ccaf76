/** What is safe and what waits, as receipts say, following the store. */
import { effectScope, type ShallowRef } from 'vue'
import { standing, type Standing } from '@/local/standing'
import { work } from '@/modules/work'
import { useLive } from '@/shared/useLive'

const NOTHING: Standing = {
  records_waiting: 0,
  photos_waiting: 0,
  notes_waiting: 0,
  originals_waiting: 0,
  needs_you: 0,
  unsafe: 0,
  drafts: 0,
}

let shared: ShallowRef<Standing> | null = null

/** One query for all who ask, for as long as the app is open. */
export function useStanding(): ShallowRef<Standing> {
  shared ??= effectScope(true).run(() =>
    useLive<Standing>(() => (work.value ? standing(work.value.db) : NOTHING), NOTHING, [() => work.value?.db]),
  )!
  return shared
}
