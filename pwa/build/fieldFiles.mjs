/** What the phone keeps offline: everything the field entry can reach, and nothing that only the desk uses. */
import { atHand, BEHIND_DOOR, behindOf, startOf } from './loader.mjs'

/**
 * Follow the imports of one HTML entry through Vite's manifest.
 *
 * @param {import('vite').Manifest} manifest
 * @param {string} entry
 * @returns {{ first: Set<string>, all: Set<string> }} `first`: JavaScript and CSS of the first paint, that is the door, the app
 *   it opens, and the static imports of both; `all`: that and what is loaded later on demand.
 */
export function filesOfEntry(manifest, entry) {
  const page = manifest[entry]
  if (!page) throw new Error(`${entry} is no entry of the build`)
  const behind = BEHIND_DOOR[entry] ?? []
  const together = [startOf(page.file), ...(behind.length ? [behindOf(page.file)] : [])]
  /** @type {Set<string>} */
  const first = new Set(together)
  /** @type {Set<string>} */
  const all = new Set(together)
  /** @param {string} key @param {boolean} isFirst @param {Set<string>} seen */
  const visit = (key, isFirst, seen) => {
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
  const ofFirst = new Set()
  for (const key of [entry, ...behind]) visit(key, true, ofFirst)
  visit(entry, false, new Set())
  // They come with the loader, or together behind the door.
  const fileOf = (/** @type {string} */ key) => manifest[key]?.file ?? ''
  const inOne = behind.length ? [...ofFirst].map(fileOf) : []
  for (const file of [...atHand(page.file, (page.imports ?? []).map(fileOf)), ...inOne]) {
    first.delete(file)
    all.delete(file)
  }
  return { first, all }
}
