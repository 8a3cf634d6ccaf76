/** Sizes and outcomes in words. */
import { clauseComma } from '@/shared/punctuation'
import type { ImportItem } from './types'

type Translate = (key: string, values?: Record<string, unknown>) => string

/** `12.3 KB`, `4.0 MB` */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const [value, unit] = bytes < 1024 ** 2 ? [bytes / 1024, 'KB'] : [bytes / 1024 ** 2, 'MB']
  return `${value.toFixed(1)} ${unit}`
}

/** Square metres as an office reads them: m² below a hectare's tenth, else km² with as many decimals as matter. */
export function areaText(m2: number): string {
  if (m2 < 10_000) return `${m2 < 100 ? m2.toFixed(2) : Math.round(m2).toLocaleString('en')} m²`
  const km2 = m2 / 1e6
  return `${km2 < 1 ? km2.toFixed(4) : km2.toFixed(2)} km²`
}

/** What came of an import, in one line of the list. */
export function outcomeText(item: ImportItem, t: Translate): string {
  if (item.state === 'applied' && item.result) {
    const { changes, outcomes } = item.result
    if (changes) return t('imports.result.grids', { n: changes.length, moved: item.result.employers_moved ?? 0 })
    return t('imports.result.points', { n: outcomes?.moved ?? 0 })
  }
  const { counts } = item
  if (!counts) return ''
  const parts = [t('imports.counts.features', { n: counts.features })]
  if (counts.errors) parts.push(t('imports.counts.errors', { n: counts.errors }))
  if (counts.warnings) parts.push(t('imports.counts.warnings', { n: counts.warnings }))
  if (counts.left_out) parts.push(t('imports.counts.leftOut', { n: counts.left_out }))
  return parts.join(clauseComma())
}
