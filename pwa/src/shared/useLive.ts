/** A Dexie query as a ref that follows the store, in this tab and the others. */
import { liveQuery } from 'dexie'
import { onScopeDispose, shallowRef, watch, type ShallowRef, type WatchSource } from 'vue'

export function useLive<T>(query: () => Promise<T> | T, initial: T, sources: WatchSource[] = []): ShallowRef<T> {
  const value = shallowRef(initial) as ShallowRef<T>
  let subscription: { unsubscribe(): void } | null = null
  const subscribe = () => {
    subscription?.unsubscribe()
    subscription = liveQuery(query).subscribe({
      next: (result) => (value.value = result),
      error: (error) => {
        // The store is closed on purpose when another person signs in.
        if ((error as Error).name !== 'DatabaseClosedError') throw error
      },
    })
  }
  if (sources.length) watch(sources, subscribe, { immediate: true })
  else subscribe()
  onScopeDispose(() => subscription?.unsubscribe())
  return value
}
