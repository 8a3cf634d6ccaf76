/** The patrol she is walking now, following the store: what was pressed on this phone today. */
import { computed } from 'vue'
import type { RecordRow } from '@/local/db'
import { work } from '@/modules/work'
import { chinaDay } from '@/shared/time'
import { useLive } from '@/shared/useLive'
import { useNow } from '@/shared/useNow'
import { dutyOf, type Duty } from './rules'

export interface OnDuty {
  patrol_id: string
  duty: Exclude<Duty, 'off'>
  since: string
}

/** A patrol begun on another day is no duty of today's: somebody forgot to end it, and went home. */
export function useDuty() {
  const now = useNow()
  const today = computed(() => chinaDay(now.value))
  return useLive<OnDuty | null>(
    async () => {
      if (!work.value) return null
      const records = await work.value.db.records.where('captured_on').equals(today.value).toArray()
      const byPatrol = new Map<string, RecordRow[]>()
      for (const record of records) {
        if (record.patrol_id) byPatrol.set(record.patrol_id, [...(byPatrol.get(record.patrol_id) ?? []), record])
      }
      const found = [...byPatrol].map(([patrol_id, mine]) => ({ patrol_id, ...dutyOf(mine) }))
      // Two patrols on one day are walked one after the other: the one with the newest word counts.
      found.sort((a, b) => (b.since ?? '').localeCompare(a.since ?? ''))
      const open = found.find(({ duty }) => duty !== 'off')
      return open ? { patrol_id: open.patrol_id, duty: open.duty as OnDuty['duty'], since: open.since! } : null
    },
    null,
    [() => work.value?.db, today],
  )
}
