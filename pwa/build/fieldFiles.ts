/** What the phone keeps offline: everything the field entry can reach, and nothing that only the desk uses. */
import type { Manifest } from 'vite'

export interface Reach {
  /** Files of the first paint: the entry, its static imports and their styles. */
  first: Set<string>
  /** All of it, with what is loaded later on demand. */
  all: Set<string>
}

/** Follow the imports of one HTML entry through Vite's manifest. */
export function filesOfEntry(manifest: Manifest, entry: string): Reach {
  const first = new Set<string>()
  const all = new Set<string>()
  const visit = (key: string, isFirst: boolean, seen: Set<string>) => {
    if (seen.has(key)) return
    seen.add(key)
    const chunk = manifest[key]
    if (!chunk) return
    const files = [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])].filter((file) => !file.endsWith('.html'))
    for (const file of files) {
      all.add(file)
      if (isFirst && /\.(js|css)$/.test(file) && !/worker/i.test(file)) first.add(file)
    }
    for (const next of chunk.imports ?? []) visit(next, isFirst, seen)
    if (!isFirst) for (const next of chunk.dynamicImports ?? []) visit(next, false, seen)
  }
  visit(entry, true, new Set())
  visit(entry, false, new Set())
  return { first, all }
}
