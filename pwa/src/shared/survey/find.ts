/** Finding a code by its digits, its name or the pinyin initials of its name. */
import type { Industry } from './form'

export function findCodes(all: readonly Industry[], typed: string, most = 30): Industry[] {
  const needle = typed.trim().toLowerCase()
  if (!needle) return all.slice(0, most)
  const rank = ({ code, name, initials }: Industry) => {
    if (code.toLowerCase() === needle) return 0
    if (code.toLowerCase().startsWith(needle)) return 1
    if (name.includes(needle)) return 2
    if (initials.startsWith(needle)) return 3
    return initials.includes(needle) && needle.length > 1 ? 4 : -1
  }
  return all
    .map((item) => ({ item, at: rank(item) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ item }) => item)
}
