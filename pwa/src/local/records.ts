/**
 * Capture. Each function makes sealed operations and writes them with the record and what belongs to it in one IndexedDB
 * transaction (`append`): after a kill at any moment there is all of it or nothing of it.
 */
import { newId } from '@/shared/ids'
import { distanceM, type LonLat } from '@/shared/geo'
import { initialsOf } from '@/shared/pinyin'
import { chinaDay } from '@/shared/time'
import type { LocalDb, RecordRow } from './db'
import { operationOf, resend } from './outbox'
import { announcements, markAnnounced } from './photos'
import { append, draftOf, type Capture } from './seal'
import type { CheckInPayload, EmployerPayload, VisitPayload } from './shapes'

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
  const { employer_id, patrol_id } = payload
  const operation = draftOf(capture, { kind: 'check_in.record', entity_id: record.id, payload, employer_id, patrol_id })
  await append(db, async () => [operation], {
    tables: ['records'],
    write: async () => void (await db.records.add(record)),
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
  const { employer_id, patrol_id } = payload
  const subject = { subject_kind: 'visit' as const, subject_id: visitId, employer_id }
  const operation = draftOf(capture, { kind: 'visit.record', entity_id: visitId, payload, employer_id, patrol_id })
  await append(db, async () => [operation, ...(await announcements(db, capture, payload.evidence_ids, subject))], {
    tables: ['records', 'photos', 'uploads', 'drafts'],
    write: async (rows) => {
      await db.records.add(record)
      await db.drafts.delete(draftKey)
      return markAnnounced(db, rows, subject)
    },
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
  const subject = { subject_kind: 'employer' as const, subject_id: employerId, employer_id: employerId }
  const operation = draftOf(capture, {
    kind: 'employer.register',
    entity_id: employerId,
    payload,
    employer_id: employerId,
  })
  await append(db, async () => [operation, ...(await announcements(db, capture, photoIds, subject))], {
    tables: ['records', 'photos', 'uploads', 'drafts', 'employers'],
    write: async (rows) => {
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
      await db.drafts.delete(draftKey)
      return markAnnounced(db, rows, subject)
    },
  })
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
  const row = await db.outbox.get(opId)
  if (!row) return
  const { entity_id } = operationOf(row)
  await resend(
    db,
    opId,
    { payload },
    {
      tables: ['employers', 'records'],
      write: async () => {
        const employer = await db.employers.get(entity_id)
        if (!employer || employer.local) await db.employers.put({ ...localEmployer(entity_id, payload), version: 0 })
        await db.records.update(entity_id, { payload })
      },
    },
  )
}

export async function startPatrol(db: LocalDb, capture: Capture, patrolId: string): Promise<void> {
  await patrolAct(db, capture, patrolId, 'patrol_start', '')
}

export async function finishPatrol(db: LocalDb, capture: Capture, patrolId: string, note: string): Promise<void> {
  await patrolAct(db, capture, patrolId, 'patrol_finish', note)
}

async function patrolAct(
  db: LocalDb,
  capture: Capture,
  patrolId: string,
  kind: 'patrol_start' | 'patrol_finish',
  note: string,
): Promise<void> {
  const id = newId()
  const of = { entity_id: id, patrol_id: patrolId }
  const operation =
    kind === 'patrol_start'
      ? draftOf(capture, { kind: 'patrol.start', payload: { patrol_id: patrolId }, ...of })
      : draftOf(capture, { kind: 'patrol.finish', payload: { patrol_id: patrolId, note }, ...of })
  await append(db, async () => [operation], {
    tables: ['records'],
    write: async () => {
      await db.records.add({
        id,
        kind,
        employer_id: null,
        patrol_id: patrolId,
        stop_id: null,
        ...base(capture),
        payload: operation.intent.payload as RecordRow['payload'],
      })
    },
  })
}
