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
import { announcements, markAnnounced, type Subject } from './photos'
import { append, draftOf, type Capture, type Draft } from './seal'
import type {
  CheckInPayload,
  EmployerEditPayload,
  EmployerPayload,
  IncidentPayload,
  KeyListAcknowledgePayload,
  TalkPayload,
  VisitPayload,
} from './shapes'
import { markTracksSealed, trackOperations } from './tracks'

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
  const { employer_id, patrol_id, evidence_ids } = payload
  const operation = draftOf(capture, { kind: 'visit.record', entity_id: visitId, payload, employer_id, patrol_id })
  const subject = { subject_kind: 'visit' as const, subject_id: visitId, employer_id }
  await appendFromDraft(db, { record, operation, photoIds: evidence_ids, subject, draftKey })
  return record
}

/** What was written in a draft: its record and operation, its photos announced, and the draft ends. */
async function appendFromDraft(
  db: LocalDb,
  of: { record: RecordRow; operation: Draft; photoIds: string[]; subject: Subject; draftKey: string },
): Promise<void> {
  const { capture } = of.operation
  await append(db, async () => [of.operation, ...(await announcements(db, capture, of.photoIds, of.subject))], {
    tables: ['records', 'photos', 'uploads', 'drafts'],
    write: async (rows) => {
      await db.records.add(of.record)
      await db.drafts.delete(of.draftKey)
      return markAnnounced(db, rows, of.subject)
    },
  })
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

/**
 * Change an employer's file. `baseVersion` is the file that was on the screen: the server tells by it what was seen. The work package
 * stays as it is; what waits to be sent is laid over it when it is read (edits.ts).
 */
export async function editEmployer(
  db: LocalDb,
  capture: Capture,
  baseVersion: number,
  payload: EmployerEditPayload,
  draftKey: string,
): Promise<string> {
  const id = newId()
  const { employer_id } = payload
  const operation = draftOf(capture, {
    kind: 'employer.edit',
    entity_id: id,
    payload,
    base_version: baseVersion,
    employer_id,
  })
  await append(db, async () => [operation], {
    tables: ['records', 'drafts'],
    write: async () => {
      await db.records.add({
        id,
        kind: 'employer_edit',
        employer_id,
        patrol_id: null,
        stop_id: null,
        ...base(capture),
        payload,
      })
      await db.drafts.delete(draftKey)
    },
  })
  return id
}

/** Take note of what the employer came on the key list for, and the draft ends. */
export async function acknowledgeKeyList(
  db: LocalDb,
  capture: Capture,
  payload: KeyListAcknowledgePayload,
  draftKey: string,
): Promise<void> {
  const { employer_id } = payload
  const record: RecordRow = {
    id: newId(),
    kind: 'key_acknowledgement',
    employer_id,
    patrol_id: null,
    stop_id: null,
    ...base(capture),
    payload,
  }
  const operation = draftOf(capture, { kind: 'key_list.acknowledge', entity_id: record.id, payload, employer_id })
  await append(db, async () => [operation], {
    tables: ['records', 'drafts'],
    write: async () => {
      await db.records.add(record)
      await db.drafts.delete(draftKey)
    },
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
  const record: RecordRow = {
    id: talkId,
    kind: 'talk',
    employer_id,
    patrol_id,
    stop_id: null,
    ...base(capture),
    payload,
  }
  const operation = draftOf(capture, { kind: 'talk.record', entity_id: talkId, payload, employer_id, patrol_id })
  const subject = { subject_kind: 'talk' as const, subject_id: talkId, employer_id }
  await appendFromDraft(db, { record, operation, photoIds: evidence_ids, subject, draftKey })
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
  const record: RecordRow = {
    id: incidentId,
    kind: 'incident',
    employer_id,
    patrol_id: null,
    stop_id: null,
    ...base(capture),
    payload,
  }
  const operation = draftOf(capture, { kind: 'incident.report', entity_id: incidentId, payload, employer_id })
  const subject = { subject_kind: 'incident' as const, subject_id: incidentId, employer_id: null }
  await appendFromDraft(db, { record, operation, photoIds: evidence_ids, subject, draftKey })
}

export const startPatrol = (db: LocalDb, capture: Capture, patrolId: string) =>
  patrolAct(db, capture, 'patrol_start', (entity_id) =>
    draftOf(capture, { kind: 'patrol.start', entity_id, patrol_id: patrolId, payload: { patrol_id: patrolId } }),
  )

/** Take a break: what was walked so far is sealed with it, and nothing more is written down until she goes on. */
export const pausePatrol = (db: LocalDb, capture: Capture, patrolId: string) =>
  patrolAct(db, capture, 'patrol_pause', (entity_id) =>
    draftOf(capture, { kind: 'patrol.pause', entity_id, patrol_id: patrolId, payload: { patrol_id: patrolId } }),
  )

export async function resumePatrol(db: LocalDb, capture: Capture, patrolId: string): Promise<void> {
  const records = await db.records.where('patrol_id').equals(patrolId).toArray()
  const pauses = records.filter(({ kind }) => kind === 'patrol_pause').sort((a, b) => a.id.localeCompare(b.id))
  const pause = pauses.at(-1)
  if (!pause) return
  const payload = { patrol_id: patrolId, pause_id: pause.id }
  await patrolAct(db, capture, 'patrol_resume', (entity_id) =>
    draftOf(capture, { kind: 'patrol.resume', entity_id, patrol_id: patrolId, payload }),
  )
}

export const finishPatrol = (db: LocalDb, capture: Capture, patrolId: string, note: string) =>
  patrolAct(db, capture, 'patrol_finish', (entity_id) =>
    draftOf(capture, { kind: 'patrol.finish', entity_id, patrol_id: patrolId, payload: { patrol_id: patrolId, note } }),
  )

type PatrolAct = 'patrol_start' | 'patrol_pause' | 'patrol_resume' | 'patrol_finish'

/** An act of a patrol; where it ends her being on the way, what she has walked is sealed before it. */
async function patrolAct(
  db: LocalDb,
  capture: Capture,
  kind: PatrolAct,
  operationWith: (id: string) => Draft,
): Promise<void> {
  const id = newId()
  const operation = operationWith(id)
  const endsTheWay = kind === 'patrol_pause' || kind === 'patrol_finish'
  await append(db, async () => [...(endsTheWay ? await trackOperations(db, capture) : []), operation], {
    tables: ['records', 'tracks'],
    write: async (rows) => {
      await db.records.add({
        id,
        kind,
        employer_id: null,
        patrol_id: operation.intent.patrol_id ?? null,
        stop_id: null,
        ...base(capture),
        payload: operation.intent.payload as RecordRow['payload'],
      })
      if (endsTheWay) return markTracksSealed(db, rows)
    },
  })
}
