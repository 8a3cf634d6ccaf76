/** All employers of the phone in memory: a search over 5,000 takes a millisecond there, and far longer in IndexedDB. */
import { computed, shallowRef, watch } from 'vue'
import type { EmployerRow } from '@/local/db'
import { byInitials, readRemembered, rememberedEmployers } from '@/local/packs'
import { allEmployers } from '@/local/reference'
import type { KeyListAcknowledgePayload } from '@/local/shapes'
import { position } from '@/modules/position'
import { work } from '@/modules/work'
import { distanceM, type LonLat } from '@/shared/geo'
import { afterFirstLook, pause } from '@/shared/paint'
import { useLive } from '@/shared/useLive'
import { fit } from './search'

export interface Listed {
  row: EmployerRow
  /** Last visit as far as the phone knows, its own included. */
  visited_at: string | null
  /** It came on the key list for something that she has not taken note of. */
  is_to_acknowledge: boolean
  distance_m: number | null
}

export type Filter = 'all' | 'unvisited' | 'key' | 'waiting'

/** A row as the list shows it: what nobody looks at is not worked out. */
class Line implements Listed {
  private distance: number | null | undefined

  constructor(
    private readonly of: { row: EmployerRow },
    private readonly own: OwnRecords,
    private readonly from: LonLat | null,
  ) {}

  get row() {
    return this.of.row
  }

  get visited_at() {
    return visitedAt(this.row, this.own)
  }

  get is_to_acknowledge() {
    return (this.row.key_entries ?? []).some(({ id, is_waiting }) => is_waiting && !this.own.acknowledged.has(id))
  }

  get distance_m() {
    return (this.distance ??= this.from && this.row.position ? distanceM(this.from, this.row.position) : null)
  }
}

/** All rows of the phone; null until they have been read. */
export function useAllEmployers() {
  return useLive<EmployerRow[] | null>(() => (work.value ? allEmployers(work.value.db) : []), null, [
    () => work.value?.db,
  ])
}

/** What she has recorded counts before the server has it. */
export interface OwnRecords {
  /** Her newest visit by employer. */
  visits: Map<string, string>
  /** The entries of the key list that she has taken note of. */
  acknowledged: Set<string>
}

export function useOwnRecords() {
  return useLive<OwnRecords>(
    async () => {
      const own: OwnRecords = { visits: new Map(), acknowledged: new Set() }
      if (!work.value) return own
      await work.value.db.records.each(({ kind, employer_id, captured_at, payload }) => {
        if (kind === 'visit' && employer_id && (own.visits.get(employer_id) ?? '') < captured_at)
          own.visits.set(employer_id, captured_at)
        if (kind === 'key_acknowledgement')
          for (const id of (payload as KeyListAcknowledgePayload).entry_ids) own.acknowledged.add(id)
      })
      return own
    },
    { visits: new Map(), acknowledged: new Set() },
    [() => work.value?.db],
  )
}

export const visitedAt = (row: EmployerRow, own: OwnRecords): string | null => {
  const mine = own.visits.get(row.id)
  if (!mine) return row.last_visited_at
  return row.last_visited_at && row.last_visited_at > mine ? row.last_visited_at : mine
}

/** On the key supervision list for more than that nobody has been there yet, which its row says anyway. */
export const isKey = (row: EmployerRow) => (row.key_list ?? []).some((why) => why !== 'unsupervised')

async function afterFirst(): Promise<void> {
  await afterFirstLook()
  if (work.value) await readRemembered(work.value.db, pause)
}

export function useEmployerList() {
  // What the packs held is on the screen before the rows themselves are read.
  const remembered = () => (work.value ? rememberedEmployers(work.value.db) : null)
  const first = shallowRef(remembered())
  const isShown = shallowRef(first.value === null)
  if (first.value) {
    void work.value!.db.opened.all.then(() => (first.value = remembered()))
    void afterFirst().then(() => (isShown.value = true))
  }
  const all = useLive<EmployerRow[] | null>(
    () => (isShown.value && work.value ? allEmployers(work.value.db) : null),
    null,
    [() => work.value?.db, isShown],
  )
  const rows = computed<{ row: EmployerRow }[] | null>(
    () => all.value?.map((row) => ({ row })) ?? first.value?.rows ?? null,
  )
  const own = useOwnRecords()
  const typed = shallowRef('')
  const filter = shallowRef<Filter>('all')
  const nearFirst = shallowRef(false)
  // Where she stood when she asked for "nearest": a list that shuffles while she reads is of no use.
  const from = shallowRef<LonLat | null>(null)
  watch([nearFirst, () => position.value === null], () => {
    from.value = position.value ? [position.value.lon, position.value.lat] : null
  }, { immediate: true }) // prettier-ignore

  const byName = computed(() => {
    // What was packed lies in this order, and most of it has not been read yet.
    if (!all.value) return rows.value ?? []
    return [...rows.value!].sort((a, b) => byInitials(a.row, b.row))
  })
  const listed = computed(() => byName.value.map((of) => new Line(of, own.value, from.value)))
  const sorted = computed<Listed[]>(() =>
    nearFirst.value && from.value
      ? [...listed.value].sort((a, b) => (a.distance_m ?? Infinity) - (b.distance_m ?? Infinity))
      : listed.value,
  )
  const isWhole = computed(() => filter.value === 'all' && !typed.value.trim())
  const shown = computed(() => {
    if (isWhole.value) return sorted.value
    const kept = sorted.value.filter(({ row, visited_at }) => {
      if (filter.value === 'unvisited') return !visited_at && !row.gone
      if (filter.value === 'key') return isKey(row)
      if (filter.value === 'waiting') return row.review_state !== 'accepted'
      return true
    })
    if (filter.value === 'key') kept.sort((a, b) => Number(b.is_to_acknowledge) - Number(a.is_to_acknowledge))
    if (!typed.value.trim()) return kept
    return kept
      .map((item) => ({ item, score: fit(item.row, typed.value) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .map(({ item }) => item)
  })

  return {
    rows,
    isAll: computed(() => all.value !== null),
    typed,
    filter,
    nearFirst,
    shown,
    /** As long as the list will be: the first page stands before all of it is open. */
    length: computed(() => Math.max(shown.value.length, isWhole.value && !all.value ? (first.value?.total ?? 0) : 0)),
    hasPosition: computed(() => from.value !== null),
  }
}
