import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { changeListState, readListQuery, writeListQuery, type ListState, type RawQuery } from './listQuery'

export interface ListQuery<S extends ListState> {
  state: ComputedRef<S>
  /** Change filters, order or page; typing replaces the address, choosing adds to the history. */
  change: (change: Partial<S>, options?: { replace?: boolean }) => void
  reset: () => void
}

/** A list's state, read from and written to the address of the current page. */
export function useListQuery<S extends ListState>(defaults: S): ListQuery<S> {
  const route = useRoute()
  const router = useRouter()
  const home = route.name
  // While leaving, the address is already the next page's: keep the last state of this one.
  let last = readListQuery(defaults, route.query as RawQuery)
  const state = computed<S>(() => {
    if (route.name !== home) return last
    const next = readListQuery(defaults, route.query as RawQuery)
    // The same values keep the same object, so watchers rest when only others' keys changed.
    if (JSON.stringify(next) !== JSON.stringify(last)) last = next
    return last
  })

  function go(next: S, replace: boolean) {
    const query = writeListQuery(defaults, next, route.query as RawQuery)
    void (replace ? router.replace({ query }) : router.push({ query }))
  }

  return {
    state,
    change: (change, options) => go(changeListState(state.value, change), options?.replace ?? false),
    reset: () => go({ ...defaults }, false),
  }
}
