/** What came of a list, in one line. */
import type { RegistryImportItem } from './api'

type Translate = (key: string, values?: Record<string, unknown>) => string

export function outcomeOf(item: RegistryImportItem, t: Translate): string {
  if (item.state === 'applied' && item.result) {
    const { added = 0, changed = 0, linked = 0, waiting = 0 } = item.result
    return t('registries.outcome', { added, changed, linked, waiting })
  }
  if (!item.counts) return item.state === 'reading' ? t('registries.soFar', { n: item.rows_done }) : ''
  const { rows, errors, warnings } = item.counts
  return t('registries.found', { rows, errors, warnings })
}
