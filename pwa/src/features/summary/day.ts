/** A day in numbers, from what this phone has: works without a network, and says only what was captured here. */
import type { OutboxRow, PhotoRow, RecordRow, TrackRow } from '@/local/db'
import type { TalkPayload, VisitPayload } from '@/local/shapes'
import { chinaDay } from '@/shared/time'

export interface DaySummary {
  visits: number
  check_ins: number
  talks: number
  people_reached: number
  incidents: number
  registered: number
  photos: number
  findings: number
  major: number
  walked_m: number
  on_duty_ms: number
  /** Still being walked: the time on duty grows. */
  is_open: boolean
}

const ON = new Set<RecordRow['kind']>(['patrol_start', 'patrol_resume'])
const OFF = new Set<RecordRow['kind']>(['patrol_pause', 'patrol_finish'])

/** Milliseconds on duty among a day's records; what is still going on counts up to `now`. */
export function onDutyMs(records: readonly RecordRow[], now: number): { ms: number; is_open: boolean } {
  const acts = records.filter(({ kind }) => ON.has(kind) || OFF.has(kind)).sort((a, b) => a.id.localeCompare(b.id))
  let ms = 0
  let since: number | null = null
  for (const act of acts) {
    const at = Date.parse(act.captured_at)
    if (ON.has(act.kind)) since ??= at
    else if (since !== null) {
      ms += Math.max(0, at - since)
      since = null
    }
  }
  return { ms: ms + (since === null ? 0 : Math.max(0, now - since)), is_open: since !== null }
}

export function summarise(
  day: string,
  of: { records: RecordRow[]; photos: PhotoRow[]; tracks: TrackRow[] },
  now: number,
): DaySummary {
  const records = of.records.filter(({ captured_on }) => captured_on === day)
  const count = (kind: RecordRow['kind']) => records.filter((record) => record.kind === kind).length
  const findings = records
    .filter(({ kind }) => kind === 'visit')
    .flatMap(({ payload }) => (payload as VisitPayload).findings)
  const talks = records.filter(({ kind }) => kind === 'talk').map(({ payload }) => payload as TalkPayload)
  const duty = onDutyMs(records, now)
  return {
    visits: count('visit'),
    check_ins: count('check_in'),
    talks: talks.length,
    people_reached: talks.reduce((sum, talk) => sum + talk.people_count, 0),
    incidents: count('incident'),
    registered: count('employer'),
    photos: of.photos.filter(
      (photo) => photo.state === 'announced' && !photo.medium && chinaDay(Date.parse(photo.captured_at)) === day,
    ).length,
    findings: findings.length,
    major: findings.filter(({ severity }) => severity === 'major').length,
    walked_m: of.tracks.filter((track) => track.on === day).reduce((sum, track) => sum + track.walked_m, 0),
    on_duty_ms: duty.ms,
    is_open: duty.is_open,
  }
}

/** How many of a day's records the server has not answered for. */
export const unsentOf = (day: string, rows: readonly OutboxRow[]) =>
  rows.filter((row) => row.state !== 'sent' && chinaDay(Date.parse(row.captured_at)) === day).length
