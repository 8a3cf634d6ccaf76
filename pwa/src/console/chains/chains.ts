/** What has arrived of a person's chains, put in order and written as a sheet. */
import type { components } from '@/api/schema.gen'
import { comma } from '@/shared/punctuation'

export type Chain = components['schemas']['ChainRead']
export type ChainSort = 'last_received_at' | 'last_seq' | 'operations' | 'trouble'

/** How many numbers are missing, came twice, or lead elsewhere. */
export const missingOf = ({ missing }: Chain): number =>
  missing.reduce((sum, [from, to]) => sum + to - (from ?? 1) + 1, 0)
export const troubleOf = (chain: Chain): number => missingOf(chain) + chain.forks.length + chain.breaks.length

/** Sorted as the table's headings say, such as `-trouble`. */
export function sorted(chains: readonly Chain[], sort: string): Chain[] {
  const key = sort.replace(/^-/, '') as ChainSort
  const value = (chain: Chain) =>
    key === 'trouble' ? troubleOf(chain) : key === 'last_received_at' ? Date.parse(chain.last_received_at) : chain[key]
  const turn = sort.startsWith('-') ? -1 : 1
  return [...chains].sort((a, b) => turn * (value(a) - value(b)) || a.chain_id.localeCompare(b.chain_id))
}

/** Numbers as people write them: 3–5、9; from the beginning where the first is not known. */
export const gapsText = ({ missing }: Chain): string =>
  missing.map(([from, to]) => ((from ?? 1) === to ? `${to}` : `${from ?? 1}–${to}`)).join(comma())

/** A sheet for any office program: UTF-8 with its mark, one line for each chain. */
export function sheetOf(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => `"${String(value).replaceAll('"', '""')}"`
  return '\ufeff' + [headings, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}
