/** The patrols of today, of the days after and those left over, following the store. */
import { computed } from 'vue'
import type { PatrolRow, RecordRow } from '@/local/db'
import { patrolsFrom } from '@/local/reference'
import { position } from '@/modules/position'
import { work } from '@/modules/work'
import { chinaDay } from '@/shared/time'
import { useLive } from '@/shared/useLive'
import { useNow } from '@/shared/useNow'
import { viewPatrol, type PatrolView } from './progress'

export function useToday() {
  const now = useNow()
  const today = computed(() => chinaDay(now.value))
  const data = useLive<{ patrols: PatrolRow[]; records: RecordRow[] } | null>(
    async () => {
      if (!work.value) return { patrols: [], records: [] }
      const { db } = work.value
      const weekAgo = chinaDay(Date.now() - 7 * 86_400_000)
      const patrols = await patrolsFrom(db, weekAgo)
      const records = await db.records
        .where('patrol_id')
        .anyOf(patrols.map(({ id }) => id))
        .toArray()
      return { patrols, records }
    },
    null,
    [() => work.value?.db],
  )
  const views = computed(() => {
    const fix = position.value
    return (data.value?.patrols ?? []).map((row) =>
      viewPatrol(row, data.value?.records ?? [], fix ? [fix.lon, fix.lat] : null),
    )
  })
  const isOpen = (view: PatrolView) => view.status === 'planned' || view.status === 'started'
  return {
    today,
    isRead: computed(() => data.value !== null),
    /** Of today, the unfinished first. */
    todays: computed(() =>
      views.value
        .filter((view) => view.row.planned_on === today.value)
        .sort((a, b) => Number(isOpen(b)) - Number(isOpen(a))),
    ),
    coming: computed(() => views.value.filter((view) => view.row.planned_on > today.value && isOpen(view))),
    leftOver: computed(() => views.value.filter((view) => view.row.planned_on < today.value && isOpen(view))),
  }
}
