/** What is safe and what waits, as receipts say, following the store. */
import { standing, type Standing } from '@/local/outbox'
import { work } from '@/modules/work'
import { useLive } from '@/shared/useLive'

const NOTHING: Standing = {
  records_waiting: 0,
  photos_waiting: 0,
  originals_waiting: 0,
  needs_you: 0,
  unsafe: 0,
  drafts: 0,
}

export const useStanding = () =>
  useLive<Standing>(() => (work.value ? standing(work.value.db) : NOTHING), NOTHING, [() => work.value?.db])
