/** Bytes on their way: resumable, thumbnails first, then photos' copies, notes, originals, the smallest first, never in the way of data. */
import { failed, ownProblem, type Problem, type Result } from '@/api/problems'
import { readMeta, type LocalDb, type UploadRow } from '@/local/db'
import { deleteBytes, readBytes } from '@/local/photoBytes'
import { FIRST_POLICIES, type ByteReceipt, type Me, type Policies } from '@/local/shapes'
import { sha256OfBytes } from '@/shared/sha256'
import { isoMoment } from '@/shared/time'
import { backoffMs, isDue } from './backoff'
import { headersOf } from '@/api/client'
import { apiOptions, call, type SyncContext } from './context'
import { countBytes, holdOn, type Hold } from './dataBudget'
import { areBytesSigned } from './receipts'
import { bufferReader, fetchStack } from './tusHttp'

export interface UploadProgress {
  photo_id: string
  part: UploadRow['part']
  sent: number
  total: number
}

export interface UploadReport {
  stored: number
  problem: Problem | null
}

const CHUNK_BYTES = 512 * 1024
const HASH_TRIES = 3
/** Answers after which sending more would only fail again: everything waits, nobody is asked about one photo. */
const STOPS_ALL = new Set([
  'no_network',
  'server_slow',
  'server_unavailable',
  'not_signed_in',
  'session_expired',
  'session_idle',
  'other_account',
  'rate_limited',
  // What must come first concerns the account or the phone, never this photo.
  'device_wipe',
  'device_not_enrolled',
  'password_change_required',
  'totp_enrolment_required',
])

/** Whether originals may travel by themselves now: policy first, then the kind of network. */
export function originalsMayTravel(policy: Policies['original_upload'], context: SyncContext): boolean {
  if (policy !== 'wifi') return policy === 'always'
  const { type, save_data } = context.network()
  return !save_data && (type === 'wifi' || type === 'ethernet')
}

/** Send what is due, one file after the other. */
export async function upload(
  context: SyncContext,
  options: {
    wanted?: ReadonlySet<string>
    /** Originals too, whatever policy and network say: the phone is about to be erased. */
    everything?: boolean
    signal?: AbortSignal
    onProgress?: (progress: UploadProgress | null) => void
  } = {},
): Promise<UploadReport> {
  const policies = { ...FIRST_POLICIES, ...(await readMeta<Me>(context.db, 'me'))?.policies }
  const policy = policies.original_upload
  const originals = options.everything === true || originalsMayTravel(policy, context)
  const wanted = policy === 'never' ? undefined : options.wanted
  let held: Hold = null
  let stored = 0
  const tried = new Set<string>()
  for (;;) {
    if (options.signal?.aborted) return { stored, problem: null }
    const row = (await due(context, originals, wanted)).find(({ id }) => !tried.has(id))
    if (!row) return { stored, problem: held && ownProblem(held) }
    tried.add(row.id)
    if (!options.everything && !options.wanted?.has(row.id)) {
      const hold = await holdOn(context, policies, row.bytes - row.sent_bytes)
      held ??= hold
      if (hold) continue
    }
    const result = await sendPart(context, row, options)
    options.onProgress?.(null)
    const sent = result.ok ? row.bytes : ((await context.db.uploads.get(row.id))?.sent_bytes ?? 0)
    await countBytes(context, sent - row.sent_bytes)
    if (options.signal?.aborted) return { stored, problem: null }
    if (result.ok) {
      stored++
      continue
    }
    await noteFailure(context, row, result.problem)
    if (STOPS_ALL.has(result.problem.type) || result.problem.status === 401 || result.problem.status >= 500) {
      return { stored, problem: result.problem }
    }
  }
}

const rankOf = ({ part, is_note }: UploadRow): number =>
  part === 'thumb' ? 0 : part === 'original' ? 3 : is_note ? 2 : 1

async function due(context: SyncContext, originals: boolean, wanted?: ReadonlySet<string>): Promise<UploadRow[]> {
  const now = context.now()
  const rows = await context.db.uploads.where('state').equals('waiting').toArray()
  const announced = await announcedPhotos(context.db, rows)
  return rows
    .filter(
      (row) =>
        isDue(row.next_at, now) &&
        (row.part !== 'original' || originals || wanted?.has(row.id)) &&
        announced.has(row.photo_id),
    )
    .sort((a, b) => rankOf(a) - rankOf(b) || a.bytes - b.bytes)
}

/** Photos whose announcement the server has applied; it would not take the bytes of any other. */
export async function announcedPhotos(db: LocalDb, rows: UploadRow[]): Promise<Set<string>> {
  const ids = [...new Set(rows.map(({ photo_id }) => photo_id))]
  const operations = await db.outbox.where('entity_id').anyOf(ids).toArray()
  return new Set(operations.filter(({ state }) => state === 'sent').map(({ entity_id }) => entity_id))
}

async function sendPart(
  context: SyncContext,
  row: UploadRow,
  options: { signal?: AbortSignal; onProgress?: (progress: UploadProgress) => void },
): Promise<Result<null>> {
  const me = await readMeta<Me>(context.db, 'me')
  if (row.attempts > 0 || row.upload_url) {
    // The answer to an earlier try may have been lost: perhaps the server has it all.
    const known = await storedThere(context, row, options.signal)
    if (!known.ok) return known
    // Stored before receipts were signed: the upload below is then answered with one, and no byte is sent.
    if (known.data && (await doubtOf(me, row, known.data)) === null) return noteStored(context, row, known.data)
  }
  const bytes = await readBytes(context.db, row.id)
  if (!bytes || (row.attempts > 0 && (await sha256OfBytes(bytes.buffer)) !== row.sha256)) {
    return failed(ownProblem('photo_damaged_here'))
  }
  const sent = await sendByTus(context, row, bytes.buffer, options)
  if (!sent.ok) return sent
  const stored =
    sent.data ?? (await storedThere(context, row, options.signal).then((read) => (read.ok ? read.data : null)))
  if (!stored) return failed(ownProblem('no_network'))
  const doubt = await doubtOf(me, row, stored)
  return doubt ? failed(ownProblem(doubt, 200)) : noteStored(context, row, stored)
}

/** What the server says it has stored, and what it signed for that. */
interface Stored {
  sha256: string
  receipt: ByteReceipt | null
}

/** Why this cannot count as the server's word for these bytes; null when it does. */
async function doubtOf(me: Me | undefined, row: UploadRow, { sha256, receipt }: Stored) {
  const isOfThese = !receipt || (receipt.evidence_id === row.photo_id && receipt.part === row.part)
  if (sha256 !== row.sha256 || !isOfThese || (receipt && receipt.sha256 !== row.sha256)) return 'receipt_mismatch'
  return (await areBytesSigned(me, receipt)) ? null : 'receipt_unverified'
}

/** What the server has stored of this file, or null. */
async function storedThere(context: SyncContext, row: UploadRow, signal?: AbortSignal): Promise<Result<Stored | null>> {
  let read
  try {
    const path = { evidence_id: row.photo_id }
    read = await call(
      context,
      (api, signal) => api.GET('/api/evidence/{evidence_id}', { params: { path }, signal }),
      signal,
    )
  } catch {
    return failed(ownProblem('no_network'))
  }
  if (read.ok) {
    const file = read.data[row.part]
    if (file?.state !== 'stored') return { ok: true, data: null }
    return { ok: true, data: { sha256: file.sha256, receipt: file.receipt ?? null } }
  }
  if (read.problem.status === 404) return failed(ownProblem('waiting_for_parent', 404))
  return read
}

/** The byte receipt is here: only now may the bytes go. */
async function noteStored(context: SyncContext, row: UploadRow, { sha256, receipt }: Stored): Promise<Result<null>> {
  const { db } = context
  const keepDays = Number((await readMeta<Me>(db, 'me'))?.policies.phone_photo_keep_days ?? 0)
  await db.transaction('rw', db.uploads, db.photo_bytes, async () => {
    await db.uploads.update(row.id, {
      state: 'stored',
      stored_sha256: sha256,
      receipt,
      stored_at: isoMoment(context.now()),
      sent_bytes: row.bytes,
      problem: null,
      upload_url: null,
    })
    // How long they stay after that is the deployment's policy; `tidy` lets go of them later.
    if (keepDays === 0) await deleteBytes(db, [row.id])
  })
  return { ok: true, data: null }
}

async function noteFailure(context: SyncContext, row: UploadRow, problem: Problem): Promise<void> {
  const attempts = row.attempts + 1
  const later = { attempts, problem, next_at: context.now() + backoffMs(attempts, context.random) }
  const isHash = problem.type === 'evidence_hash_mismatch' || problem.type === 'receipt_mismatch'
  const isFinal =
    problem.type === 'photo_damaged_here' ||
    (isHash && attempts >= HASH_TRIES) ||
    (!isHash && !STOPS_ALL.has(problem.type) && [400, 403, 413, 415, 422].includes(problem.status))
  if (isFinal && row.part === 'thumb') {
    // Nobody need look at this: it only runs ahead of the copy.
    const { db } = context
    await db.transaction('rw', db.uploads, db.photo_bytes, async () => {
      await db.uploads.delete(row.id)
      await deleteBytes(db, [row.id])
    })
    return
  }
  // After a refusal for its hash the same file starts afresh: what arrived was not what was sent.
  const again = isHash ? { upload_url: null, sent_bytes: 0 } : {}
  await context.db.uploads.update(row.id, { ...later, ...again, ...(isFinal ? { state: 'needs_you' as const } : {}) })
}

/** One upload by tus; gives what the server says it stored, or null where the answer that carried it is not known. */
async function sendByTus(
  context: SyncContext,
  row: UploadRow,
  buffer: ArrayBuffer,
  options: { signal?: AbortSignal; onProgress?: (progress: UploadProgress) => void },
): Promise<Result<Stored | null>> {
  const { Upload } = await import('tus-js-client')
  let stored: Stored | null = null
  let isComplete = false
  return new Promise((resolve) => {
    const finish = (result: Result<Stored | null>) => {
      options.signal?.removeEventListener('abort', stop)
      resolve(result)
    }
    // How far it came is a convenience: the server knows it too, and the page may be closing.
    const note = (changes: Partial<UploadRow>) => void context.db.uploads.update(row.id, changes).catch(() => undefined)
    const stop = () => {
      void tus.abort()
      finish(failed(ownProblem('no_network')))
    }
    const tus = new Upload(buffer as unknown as Blob, {
      endpoint: `${context.apiBase}/api/uploads`,
      uploadUrl: row.upload_url,
      uploadSize: buffer.byteLength,
      chunkSize: CHUNK_BYTES,
      metadata: { evidence_id: row.photo_id, part: row.part },
      headers: headersOf(apiOptions(context)),
      retryDelays: null,
      storeFingerprintForResuming: false,
      httpStack: fetchStack(context),
      fileReader: bufferReader,
      onUploadUrlAvailable: () => {
        note({ upload_url: tus.url })
      },
      onAfterResponse: (request, response) => {
        stored = storedBy((name) => response.getHeader(name)) ?? stored
        const offset = Number(response.getHeader('Upload-Offset') ?? NaN)
        if (request.getMethod() === 'POST' && offset === buffer.byteLength) isComplete = true
      },
      onChunkComplete: (_size, accepted, total) => {
        note({ sent_bytes: accepted })
        options.onProgress?.({ photo_id: row.photo_id, part: row.part, sent: accepted, total })
      },
      onSuccess: () => finish({ ok: true, data: stored }),
      onError: (error) => {
        // Already there when it was created: the client then offers the bytes again, which the server declines.
        if (isComplete) finish({ ok: true, data: stored })
        else finish(failed(problemOfTus(error)))
      },
    })
    if (options.signal?.aborted) return stop()
    options.signal?.addEventListener('abort', stop, { once: true })
    tus.start()
  })
}

/** What an answer says is stored; what cannot be read is no receipt. */
function storedBy(header: (name: string) => string | undefined): Stored | null {
  const sha256 = header('X-Wangge-Stored-Sha256')
  if (!sha256) return null
  try {
    return { sha256, receipt: JSON.parse(header('X-Wangge-Byte-Receipt') ?? 'null') as ByteReceipt | null }
  } catch {
    return { sha256, receipt: null }
  }
}

function problemOfTus(error: Error): Problem {
  const response =
    'originalResponse' in error ? (error.originalResponse as { getStatus(): number; getBody(): string }) : null
  const status = response?.getStatus() ?? 0
  if (!response || status === 0) return ownProblem('no_network')
  try {
    const body = JSON.parse(response.getBody()) as Problem
    if (typeof body.type === 'string') return { ...body, status }
  } catch {
    // Not a problem of the API: a proxy on the way spoke.
  }
  return ownProblem(
    status >= 500 ? 'server_unavailable' : status === 409 ? 'waiting_for_parent' : 'unexpected_answer',
    status,
  )
}
