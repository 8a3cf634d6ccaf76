import { shallowRef } from 'vue'

/** The server takes at most this many stops in one patrol; a day on foot holds fewer. */
export const PATROL_STOPS_MAX = 60

export interface Selectable {
  id: string
}

/** What was taken in and what did not fit, so that the screen can say so. */
export interface Addition {
  added: number
  leftOut: number
}

/** Add items in their order until the limit; ones already in do not count. */
export function addWithinLimit<T extends Selectable>(
  chosen: ReadonlyMap<string, T>,
  items: readonly T[],
  limit = PATROL_STOPS_MAX,
): { chosen: Map<string, T>; addition: Addition } {
  const next = new Map(chosen)
  let added = 0
  let leftOut = 0
  for (const item of items) {
    if (next.has(item.id)) continue
    if (next.size >= limit) leftOut += 1
    else {
      next.set(item.id, item)
      added += 1
    }
  }
  return { chosen: next, addition: { added, leftOut } }
}

/** The employers chosen for a patrol; kept across pages and filters of the list. */
export function useSelection<T extends Selectable>(limit = PATROL_STOPS_MAX) {
  const chosen = shallowRef<ReadonlyMap<string, T>>(new Map())

  function add(items: readonly T[]): Addition {
    const result = addWithinLimit(chosen.value, items, limit)
    chosen.value = result.chosen
    return result.addition
  }
  function remove(ids: readonly string[]) {
    const next = new Map(chosen.value)
    for (const id of ids) next.delete(id)
    chosen.value = next
  }
  function toggle(item: T): Addition {
    if (!chosen.value.has(item.id)) return add([item])
    remove([item.id])
    return { added: 0, leftOut: 0 }
  }
  /** Put the chosen ones into this order; ids that are not chosen are ignored, ones not named go last. */
  function reorder(ids: readonly string[]) {
    const next = new Map<string, T>()
    for (const id of ids) {
      const item = chosen.value.get(id)
      if (item) next.set(id, item)
    }
    for (const [id, item] of chosen.value) if (!next.has(id)) next.set(id, item)
    chosen.value = next
  }
  function clear() {
    chosen.value = new Map()
  }
  return { chosen, limit, add, remove, toggle, reorder, clear }
}
