/** The patrols of today, of the days after and those left over, following the store. */
import { computed } from 'vue'
import type { PatrolRow, RecordRow } from '@/local/db'
import { patrolsFrom } from '@/local/reference'
import { look } from '@/modules/look'
import { position } from '@/modules/position'
import { work } from '@/modules/work'
import { chinaDay } from '@/shared/time'
import { useLive } from '@/shared/useLive'
import { useNow } from '@/shared/useNow'
import { viewPatrol, type PatrolView } from './progress'

/** The rounds as they were shown last, by patrol: also from page to page. */
const shown = new Map<string, string[]>()

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
    const from: [number, number] | null = fix ? [fix.lon, fix.lat] : null
    return (data.value?.patrols ?? []).map((row) => {
      const choice = { order: look.value.order, before: shown.get(row.id), today: today.value }
      const view = viewPatrol(row, data.value?.records ?? [], from, choice)
      if (from) shown.set(row.id, view.round.map(({ id }) => id)) // prettier-ignore
      return view
    })
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
