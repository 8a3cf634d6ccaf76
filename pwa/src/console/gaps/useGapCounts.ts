import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { Problem } from '../data/types'
import { countGaps } from './gapsApi'
import { changedNumbers, type GapCounts } from './kinds'

const EVERY_MS = 15_000
/** Sooner while borders are being checked again: every question takes the checking on a little. */
const WHILE_PENDING_MS = 1_500
/** How long a number that has changed is marked. */
const MARKED_MS = 6_000

/**
 * The board's numbers, kept fresh while the page is looked at. An unchanged answer costs a few bytes and touches nothing on
 * the screen; numbers that have changed are marked for a moment.
 */
export function useGapCounts(gridId: Ref<string>) {
  const counts = shallowRef<GapCounts | null>(null)
  const changed = shallowRef<ReadonlySet<string>>(new Set())
  const asOf = ref<Date | null>(null)
  const problem = shallowRef<Problem | null>(null)
  /** Grows with every answer that brought something new: lists look again then. */
  const version = ref(0)
  let etag = ''
  let running: AbortController | null = null
  let unmark: ReturnType<typeof setTimeout> | undefined
  let soon: ReturnType<typeof setTimeout> | undefined

  async function refresh() {
    running?.abort()
    const mine = (running = new AbortController())
    const result = await countGaps(gridId.value, etag, mine.signal)
    if (mine !== running) return
    if (!result.ok) {
      if (result.problem.type !== 'aborted') problem.value = result.problem
      return
    }
    problem.value = null
    asOf.value = new Date()
    if (result.data === null) return
    etag = result.data.etag
    const differences = changedNumbers(counts.value, result.data.body)
    counts.value = result.data.body
    version.value += 1
    clearTimeout(soon)
    if (counts.value.tilings_pending) soon = setTimeout(tick, WHILE_PENDING_MS)
    if (!differences.size) return
    changed.value = differences
    clearTimeout(unmark)
    unmark = setTimeout(() => (changed.value = new Set()), MARKED_MS)
  }

  watch(
    gridId,
    () => {
      etag = ''
      void refresh()
    },
    { immediate: true },
  )
  const tick = () => document.visibilityState === 'visible' && void refresh()
  const timer = setInterval(tick, EVERY_MS)
  document.addEventListener('visibilitychange', tick)
  onScopeDispose(() => {
    clearInterval(timer)
    clearTimeout(unmark)
    clearTimeout(soon)
    document.removeEventListener('visibilitychange', tick)
    running?.abort()
  })
  return { counts, changed, asOf, problem, version, refresh }
}
