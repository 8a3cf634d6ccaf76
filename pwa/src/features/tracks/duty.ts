/** Whether a patrol is being walked on this phone; by itself, because the first page needs no more of the tracks than this. */
import type { RecordRow } from '@/local/db'

export type Duty = 'off' | 'on' | 'paused'
const ACTS: Partial<Record<RecordRow['kind'], Duty>> = {
  patrol_start: 'on',
  patrol_resume: 'on',
  patrol_pause: 'paused',
  patrol_finish: 'off',
}

/** Whether a patrol is being walked, by what was pressed last on this phone. */
export function dutyOf(records: readonly RecordRow[]): { duty: Duty; since: string | null } {
  let last: RecordRow | null = null
  // Ids are in the order of capture, also where the clock was set meanwhile.
  for (const record of records) if (ACTS[record.kind] && (!last || record.id > last.id)) last = record
  return { duty: last ? ACTS[last.kind]! : 'off', since: last?.captured_at ?? null }
}
