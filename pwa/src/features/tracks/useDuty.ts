/** The patrol she is walking now, following the store: what was pressed on this phone today. */
import { computed } from 'vue'
import { work } from '@/modules/work'
import { chinaDay } from '@/shared/time'
import { useLive } from '@/shared/useLive'
import { useNow } from '@/shared/useNow'
import { currentDuty, type OnDuty } from './rules'

/**
 * Undefined until the store has been asked. A patrol begun on another day is no duty of today's: somebody forgot to end it,
 * and went home.
 */
export function useDuty() {
  const now = useNow()
  const today = computed(() => chinaDay(now.value))
  return useLive<OnDuty | null | undefined>(
    async () => {
      if (!work.value) return null
      const { db } = work.value
      const records = await db.records.where('captured_on').equals(today.value).toArray()
      const ids = [...new Set(records.flatMap(({ patrol_id }) => patrol_id ?? []))]
      const patrols = (await db.patrols.bulkGet(ids)).filter((row) => row !== undefined)
      return currentDuty(records, patrols)
    },
    undefined,
    [() => work.value?.db, today],
  )
}
