/** Searching in memory: by name, by initials, by code, by address. */
import type { EmployerRow } from '@/local/db'

/** How well a row fits what was typed: 0 not at all; higher is better. */
export function fit(row: EmployerRow, typed: string): number {
  const needle = typed.trim().toLowerCase()
  if (!needle) return 1
  const at = row.name.toLowerCase().indexOf(needle)
  if (at === 0) return 5
  if (at > 0) return 4
  if (/^[a-z0-9]+$/.test(needle)) {
    if (row.initials.startsWith(needle)) return 3
    if (row.uscc?.toLowerCase().includes(needle) || (needle.length > 1 && row.initials.includes(needle))) return 2
  }
  return row.address.toLowerCase().includes(needle) ? 1 : 0
}
