import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { useSession } from '../account/session'
import * as api from '../data/api'
import { inBackground, type Result } from '../data/request'
import type {
  CheckInRead,
  CoverageCounts,
  EmployerItem,
  Page,
  PatrolDetail,
  PatrolItem,
  Problem,
  VisitRead,
} from '../data/types'

const EVERY_MS = 20_000
const PAGE_SIZE = 200
/** Beyond this the map would be a carpet; the lists still have everything. */
const PAGES_MAX = 5
const DETAILS_MAX = 60
const AT_ONCE = 4

/** Everything of one day that the map shows, kept fresh by itself; what did not change stays the same object. */
export function useDay(day: Ref<string>) {
  const session = useSession()
  const patrols = shallowRef<PatrolItem[]>([])
  const details = shallowRef<ReadonlyMap<string, PatrolDetail>>(new Map())
  const checkIns = shallowRef<CheckInRead[]>([])
  const visits = shallowRef<VisitRead[]>([])
  const waiting = shallowRef<EmployerItem[]>([])
  const counts = shallowRef<CoverageCounts | null>(null)
  const asOf = ref<Date | null>(null)
  const refreshing = ref(false)
  const problem = shallowRef<Problem | null>(null)
  /** True when there was more than the map takes. */
  const cut = ref(false)
  /** How a patrol looked in the list when its detail was read: the detail is read again only when that changes. */
  const readAs = new Map<string, string>()
  let running: AbortController | null = null

  /** What the map asks by itself does not count as use of the desk. */
  let byItself = false
  const by = <T>(ask: () => T): T => (byItself ? inBackground(ask) : ask())

  async function refresh(options: { byItself?: boolean } = {}) {
    byItself = options.byItself ?? false
    running?.abort()
    const mine = (running = new AbortController())
    const { signal } = mine
    const on = day.value
    refreshing.value = true
    const [patrolList, checkInList, visitList, waitingList, coverage] = await Promise.all([
      allPages<PatrolItem>((page) => by(() => api.listPatrols({ on, page, page_size: PAGE_SIZE }, signal))),
      allPages<CheckInRead>((page) => by(() => api.listCheckIns({ on, page, page_size: PAGE_SIZE }, signal))),
      allPages<VisitRead>((page) => by(() => api.listVisits({ on, page, page_size: PAGE_SIZE }, signal))),
      session.may('employer.read')
        ? allPages<EmployerItem>((page) =>
            by(() => api.listEmployers({ review_state: 'waiting_review', page, page_size: PAGE_SIZE }, signal)),
          )
        : null,
      session.may('coverage.read') ? by(() => api.countCoverage({}, signal)) : null,
    ])
    if (mine !== running) return
    if (patrolList.ok) await readDetails(patrolList.data.items, signal)
    if (mine !== running) return
    refreshing.value = false

    const failed = [patrolList, checkInList, visitList].find((result) => !result.ok)
    problem.value = failed && !failed.ok ? failed.problem : null
    if (patrolList.ok) keep(patrols, patrolList.data.items)
    if (checkInList.ok) keep(checkIns, checkInList.data.items)
    if (visitList.ok) keep(visits, visitList.data.items)
    if (waitingList?.ok) keep(waiting, waitingList.data.items)
    if (coverage?.ok) keep(counts, coverage.data)
    cut.value =
      details.value.size >= DETAILS_MAX || [patrolList, checkInList].some((result) => result.ok && result.data.cut)
    if (!failed) asOf.value = new Date()
  }

  async function readDetails(items: readonly PatrolItem[], signal: AbortSignal) {
    const shown = items.filter((item) => item.status !== 'cancelled').slice(0, DETAILS_MAX)
    const stale = shown.filter((item) => readAs.get(item.id) !== JSON.stringify(item))
    const next = new Map([...details.value].filter(([id]) => shown.some((item) => item.id === id)))
    const left = [...stale]
    const worker = async () => {
      for (let item = left.shift(); item && !signal.aborted; item = left.shift()) {
        const result = await by(() => api.readPatrol(item.id, signal))
        if (!result.ok) continue
        next.set(item.id, result.data)
        readAs.set(item.id, JSON.stringify(item))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    if (!signal.aborted && (stale.length > 0 || next.size !== details.value.size)) details.value = next
  }

  watch(day, () => {
    asOf.value = null
    void refresh()
  })
  void refresh()
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible' && !session.asking.value) void refresh({ byItself: true })
  }, EVERY_MS)
  const onVisible = () => document.visibilityState === 'visible' && void refresh()
  document.addEventListener('visibilitychange', onVisible)
  onScopeDispose(() => {
    running?.abort()
    clearInterval(timer)
    document.removeEventListener('visibilitychange', onVisible)
  })

  const refreshNow = () => void refresh()
  return { patrols, details, checkIns, visits, waiting, counts, asOf, refreshing, problem, cut, refresh: refreshNow }
}

function keep<T>(into: { value: T }, value: T) {
  if (JSON.stringify(into.value) !== JSON.stringify(value)) into.value = value
}

async function allPages<T>(
  fetchPage: (page: number) => Promise<Result<Page<T>>>,
): Promise<Result<{ items: T[]; cut: boolean }>> {
  const items: T[] = []
  for (let page = 1; ; page += 1) {
    const result = await fetchPage(page)
    if (!result.ok) return result
    items.push(...result.data.items)
    const complete = items.length >= result.data.total || result.data.items.length === 0
    if (complete || page === PAGES_MAX) return { ok: true, data: { items, cut: !complete } }
  }
}
