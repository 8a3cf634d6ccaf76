import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'
import type { Result } from '../data/request'
import type { Page, Problem } from '../data/types'

/**
 * One page of a list, fetched again whenever `source` changes.
 * A newer question cancels the older one, so a slow answer never overwrites a later one; the old rows stay until the new ones come.
 */
export function usePage<T, S>(
  source: WatchSource<S>,
  fetchPage: (state: S, signal: AbortSignal) => Promise<Result<Page<T>>>,
) {
  const items = shallowRef<T[]>([])
  const total = ref(0)
  const loading = ref(false)
  /** False until the first answer, so that an empty list is not shown before anybody knows. */
  const known = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let running: AbortController | null = null
  let lastState: S

  async function load(state: S): Promise<void> {
    lastState = state
    running?.abort()
    const mine = (running = new AbortController())
    loading.value = true
    const result = await fetchPage(state, mine.signal)
    if (mine !== running) return
    loading.value = false
    if (result.ok) {
      items.value = result.data.items
      total.value = result.data.total
      problem.value = null
      known.value = true
    } else if (result.problem.type !== 'aborted') problem.value = result.problem
  }

  watch(source, (state) => void load(state), { immediate: true })
  onScopeDispose(() => running?.abort())

  return { items, total, loading, known, problem, reload: () => load(lastState) }
}
