/**
 * Capture. Each function writes the record, its operations and what belongs to them in one IndexedDB transaction: after a
 * kill at any moment there is all of it or nothing of it.
 */
import { newId } from '@/shared/ids'
import { distanceM, type LonLat } from '@/shared/geo'
import { initialsOf } from '@/shared/pinyin'
import { chinaDay } from '@/shared/time'
import type { LocalDb, RecordRow } from './db'
import { appendOperation, operationOf, resend, type Capture } from './outbox'
import { announcePhotos } from './photos'
import type { CheckInPayload, EmployerPayload, IncidentPayload, TalkPayload, VisitPayload } from './shapes'
import { sealTracks } from './tracks'

const base = (capture: Capture) => ({
  captured_at: capture.captured_at,
  captured_on: chinaDay(Date.parse(capture.captured_at)),
  binding: capture.binding,
})

export async function recordCheckIn(
  db: LocalDb,
  capture: Capture,
  payload: CheckInPayload,
  site: LonLat | null,
): Promise<RecordRow> {
  const record: RecordRow = {
    id: newId(),
    kind: 'check_in',
    employer_id: payload.employer_id,
    patrol_id: payload.patrol_id,
    stop_id: payload.stop_id,
    ...base(capture),
    payload,
    distance_m: site && payload.position ? distanceM(site, [payload.position.lon, payload.position.lat]) : null,
  }
  await db.transaction('rw', db.records, db.outbox, db.meta, async () => {
    await db.records.add(record)
    await appendOperation(db, capture, {
      kind: 'check_in.record',
      entity_id: record.id,
      payload,
      employer_id: payload.employer_id,
      patrol_id: payload.patrol_id,
    })
  })
  return record
}

/** Save a visit; the photos of its draft are announced with it, and the draft ends. */
export async function recordVisit(
  db: LocalDb,
  capture: Capture,
  visitId: string,
  payload: VisitPayload,
  draftKey: string,
): Promise<RecordRow> {
  const record: RecordRow = {
    id: visitId,
    kind: 'visit',
    employer_id: payload.employer_id,
    patrol_id: payload.patrol_id,
    stop_id: payload.stop_id,
    ...base(capture),
    payload,
  }
  await db.transaction('rw', [db.records, db.outbox, db.meta, db.photos, db.uploads, db.drafts], async () => {
    await db.records.add(record)
    await appendOperation(db, capture, {
      kind: 'visit.record',
      entity_id: visitId,
      payload,
      employer_id: payload.employer_id,
      patrol_id: payload.patrol_id,
    })
    await announcePhotos(db, capture, payload.evidence_ids, {
      subject_kind: 'visit',
      subject_id: visitId,
      employer_id: payload.employer_id,
    })
    await db.drafts.delete(draftKey)
  })
  return record
}

/** Register an employer that is on no file; it is usable at once on this phone. */
export async function registerEmployer(
  db: LocalDb,
  capture: Capture,
  employerId: string,
  payload: EmployerPayload,
  photoIds: string[],
  draftKey: string,
): Promise<void> {
  await db.transaction(
    'rw',
    [db.records, db.outbox, db.meta, db.photos, db.uploads, db.drafts, db.employers],
    async () => {
      await db.employers.add({ ...localEmployer(employerId, payload), version: 0 })
      await db.records.add({
        id: employerId,
        kind: 'employer',
        employer_id: employerId,
        patrol_id: null,
        stop_id: null,
        ...base(capture),
        payload,
      })
      await appendOperation(db, capture, {
        kind: 'employer.register',
        entity_id: employerId,
        payload,
        employer_id: employerId,
      })
      await announcePhotos(db, capture, photoIds, {
        subject_kind: 'employer',
        subject_id: employerId,
        employer_id: employerId,
      })
      await db.drafts.delete(draftKey)
    },
  )
}

function localEmployer(id: string, payload: EmployerPayload) {
  return {
    id,
    name: payload.name,
    uscc: payload.uscc,
    address: payload.address,
    contact_name: payload.contact_name,
    contact_phone: payload.contact_phone,
    industry_code: payload.industry_code,
    employees: payload.employees,
    position: payload.position ? ([payload.position.lon, payload.position.lat] as LonLat) : null,
    accuracy_m: payload.accuracy_m,
    grid_id: payload.declared_grid_id,
    review_state: 'waiting_review' as const,
    duplicate_of: null,
    last_visited_at: null,
    initials: initialsOf(payload.name),
    generation: Number.MAX_SAFE_INTEGER,
    local: 1 as const,
    gone: 0 as const,
  }
}

/** Correct a registration that the server kept without applying: a new operation about the same employer. */
export async function correctEmployer(db: LocalDb, opId: string, payload: EmployerPayload): Promise<void> {
  await db.transaction('rw', [db.outbox, db.meta, db.employers, db.records], async () => {
    const row = await db.outbox.get(opId)
    if (!row) return
    const { entity_id } = operationOf(row)
    await resend(db, opId, { payload })
    const employer = await db.employers.get(entity_id)
    if (!employer || employer.local) await db.employers.put({ ...localEmployer(entity_id, payload), version: 0 })
    await db.records.update(entity_id, { payload })
  })
}

/** Save a talk; the photos of its draft are announced with it, and the draft ends. */
export async function recordTalk(
  db: LocalDb,
  capture: Capture,
  talkId: string,
  payload: TalkPayload,
  draftKey: string,
): Promise<void> {
  const { employer_id, patrol_id, evidence_ids } = payload
  await db.transaction('rw', [db.records, db.outbox, db.meta, db.photos, db.uploads, db.drafts], async () => {
    await db.records.add({ id: talkId, kind: 'talk', employer_id, patrol_id, stop_id: null, ...base(capture), payload })
    await appendOperation(db, capture, { kind: 'talk.record', entity_id: talkId, payload, employer_id, patrol_id })
    await announcePhotos(db, capture, evidence_ids, { subject_kind: 'talk', subject_id: talkId, employer_id })
    await db.drafts.delete(draftKey)
  })
}

/**
 * Report an incident: the push sends it before everything else (sync/push.ts), so it names nothing that would have to be
 * there first. The photos follow.
 */
export async function reportIncident(
  db: LocalDb,
  capture: Capture,
  incidentId: string,
  payload: IncidentPayload,
  draftKey: string,
): Promise<void> {
  const { employer_id, evidence_ids } = payload
  await db.transaction('rw', [db.records, db.outbox, db.meta, db.photos, db.uploads, db.drafts], async () => {
    await db.records.add({
      id: incidentId,
      kind: 'incident',
      employer_id,
      patrol_id: null,
      stop_id: null,
      ...base(capture),
      payload,
    })
    await appendOperation(db, capture, { kind: 'incident.report', entity_id: incidentId, payload, employer_id })
    await announcePhotos(db, capture, evidence_ids, {
      subject_kind: 'incident',
      subject_id: incidentId,
      employer_id: null,
    })
    await db.drafts.delete(draftKey)
  })
}

type PatrolAct = 'patrol_start' | 'patrol_pause' | 'patrol_resume' | 'patrol_finish'

export const startPatrol = (db: LocalDb, capture: Capture, patrolId: string) =>
  patrolAct(db, capture, patrolId, 'patrol_start')

/** Take a break: what was walked so far is sealed with it, and nothing more is written down until she goes on. */
export const pausePatrol = (db: LocalDb, capture: Capture, patrolId: string) =>
  patrolAct(db, capture, patrolId, 'patrol_pause')

export const resumePatrol = (db: LocalDb, capture: Capture, patrolId: string) =>
  patrolAct(db, capture, patrolId, 'patrol_resume')

export const finishPatrol = (db: LocalDb, capture: Capture, patrolId: string, note: string) =>
  patrolAct(db, capture, patrolId, 'patrol_finish', note)

async function patrolAct(db: LocalDb, capture: Capture, patrolId: string, kind: PatrolAct, note = ''): Promise<void> {
  const id = newId()
  const add = (payload: RecordRow['payload']) =>
    db.records.add({
      id,
      kind,
      employer_id: null,
      patrol_id: patrolId,
      stop_id: null,
      ...base(capture),
      payload,
    })
  const about = { entity_id: id, patrol_id: patrolId }
  await db.transaction('rw', db.records, db.outbox, db.meta, db.tracks, async () => {
    if (kind === 'patrol_start') {
      await add({ patrol_id: patrolId })
      await appendOperation(db, capture, { kind: 'patrol.start', payload: { patrol_id: patrolId }, ...about })
    } else if (kind === 'patrol_pause') {
      await sealTracks(db, capture)
      await add({ patrol_id: patrolId })
      await appendOperation(db, capture, { kind: 'patrol.pause', payload: { patrol_id: patrolId }, ...about })
    } else if (kind === 'patrol_resume') {
      const records = await db.records.where('patrol_id').equals(patrolId).toArray()
      const pause = records.filter((record) => record.kind === 'patrol_pause').sort((a, b) => a.id.localeCompare(b.id)).at(-1) // prettier-ignore
      if (!pause) return
      const payload = { patrol_id: patrolId, pause_id: pause.id }
      await add(payload)
      await appendOperation(db, capture, { kind: 'patrol.resume', payload, ...about })
    } else {
      await sealTracks(db, capture)
      await add({ patrol_id: patrolId, note })
      await appendOperation(db, capture, { kind: 'patrol.finish', payload: { patrol_id: patrolId, note }, ...about })
    }
  })
}
