/** Photos and notes on the phone: their bytes and hashes from the moment of capture, before the record they belong to is finished. */
import { newId } from '@/shared/ids'
import { sha256OfBytes } from '@/shared/sha256'
import type { LocalDb, OutboxRow, Part, PhotoBytesRow, PhotoRow, UploadRow } from './db'
import { deleteBytes, encryptedBytes } from './photoBytes'
import { draftOf, type Capture, type Draft } from './seal'
import type { EvidencePayload, NoteMedium, NoteType } from './shapes'

/** A photo as the worker hands it over: both files, both hashes, a small picture to look at. */
export interface PreparedPhoto {
  copy: { buffer: ArrayBuffer; sha256: string; width: number; height: number }
  original: { buffer: ArrayBuffer; sha256: string; type: string }
  preview: ArrayBuffer
}

/** A recording as it was made, or as the system's own recorder handed it over. */
export interface PreparedNote {
  buffer: ArrayBuffer
  sha256: string
  medium: NoteMedium
  media_type: NoteType
  seconds: number | null
}

/** What a photo or note of a draft is for. */
export interface DraftOf {
  draft_key: string
  subject_kind: PhotoRow['subject_kind']
  employer_id: string | null
  source: PhotoRow['source']
}

interface FileToKeep {
  part: Part
  buffer: ArrayBuffer
  sha256: string
  type: string
}

export const uploadId = (photoId: string, part: Part) => `${photoId}:${part}`

/** Keep a photo for a draft, bytes and all, in one transaction. */
export async function keepPhoto(db: LocalDb, capture: Capture, photo: PreparedPhoto, of: DraftOf): Promise<PhotoRow> {
  const thumb_sha256 = await sha256OfBytes(photo.preview)
  const row: PhotoRow = {
    ...draftRow(capture, of),
    width: photo.copy.width,
    height: photo.copy.height,
    preview: photo.preview,
    copy_sha256: photo.copy.sha256,
    copy_bytes: photo.copy.buffer.byteLength,
    original_sha256: photo.original.sha256,
    original_bytes: photo.original.buffer.byteLength,
    original_type: photo.original.type,
    thumb_sha256,
  }
  return keepFiles(db, row, [
    { part: 'thumb', buffer: photo.preview, sha256: thumb_sha256, type: 'image/jpeg' },
    { part: 'copy', ...photo.copy, type: 'image/jpeg' },
    { part: 'original', ...photo.original },
  ])
}

/** Keep a note for a draft, bytes and all, in one transaction. */
export async function keepNote(db: LocalDb, capture: Capture, note: PreparedNote, of: DraftOf): Promise<PhotoRow> {
  const { buffer, sha256, medium, media_type, seconds } = note
  const row: PhotoRow = {
    ...draftRow(capture, of),
    medium,
    media_type,
    seconds,
    width: 0,
    height: 0,
    preview: new ArrayBuffer(0),
    copy_sha256: sha256,
    copy_bytes: buffer.byteLength,
    original_sha256: '',
    original_bytes: 0,
    original_type: '',
  }
  return keepFiles(db, row, [{ part: 'copy', buffer, sha256, type: media_type }])
}

const draftRow = (capture: Capture, of: DraftOf) => ({
  id: newId(),
  state: 'draft' as const,
  subject_id: null,
  ...of,
  captured_at: capture.captured_at,
  binding: capture.binding,
})

async function keepFiles(db: LocalDb, row: PhotoRow, files: FileToKeep[]): Promise<PhotoRow> {
  // Before the transaction, which would not wait for the cipher.
  const encrypted: PhotoBytesRow[] = []
  for (const { part, type, buffer } of files)
    encrypted.push(...(await encryptedBytes(db, uploadId(row.id, part), type, buffer)))
  await db.transaction('rw', db.photos, db.uploads, db.photo_bytes, async () => {
    await db.photos.add(row)
    for (const bytes of encrypted) await db.photo_bytes.add(bytes)
    await db.uploads.bulkAdd(
      files.map(({ part, buffer, sha256 }) => ({
        ...freshUpload,
        id: uploadId(row.id, part),
        photo_id: row.id,
        part,
        bytes: buffer.byteLength,
        sha256,
        ...(row.medium ? { is_note: 1 as const } : {}),
      })),
    )
  })
  return row
}

const PARTS: Part[] = ['thumb', 'copy', 'original']

const freshUpload: Omit<UploadRow, 'id' | 'photo_id' | 'part' | 'bytes' | 'sha256'> = {
  state: 'draft',
  stored_sha256: null,
  stored_at: null,
  upload_url: null,
  sent_bytes: 0,
  attempts: 0,
  next_at: 0,
  problem: null,
}

/** Take a photo or note out of a draft again: only there can one be thrown away. */
export async function dropDraftPhoto(db: LocalDb, photoId: string): Promise<void> {
  await db.transaction('rw', db.photos, db.uploads, db.photo_bytes, async () => {
    const photo = await db.photos.get(photoId)
    if (photo?.state !== 'draft') return
    await db.photos.delete(photoId)
    const ids = PARTS.map((part) => uploadId(photoId, part))
    await db.uploads.bulkDelete(ids)
    await deleteBytes(db, ids)
  })
}

export type Subject = Pick<EvidencePayload, 'subject_kind' | 'subject_id' | 'employer_id'>

/** Operations that announce a draft's photos, each with the moment it was taken; what has been thrown away is left out. */
export async function announcements(
  db: LocalDb,
  { device_id }: Capture,
  photoIds: string[],
  subject: Subject,
): Promise<Draft[]> {
  const photos = (await db.photos.bulkGet(photoIds)).filter((photo) => photo !== undefined)
  return photos.map((photo) =>
    draftOf(
      { device_id, captured_at: photo.captured_at, binding: photo.binding },
      {
        kind: 'evidence.announce',
        entity_id: photo.id,
        payload: { ...subject, ...announced(photo) },
        employer_id: subject.employer_id,
      },
    ),
  )
}

function announced(photo: PhotoRow): Omit<EvidencePayload, keyof Subject> {
  const { source, copy_sha256, copy_bytes } = photo
  if (photo.medium) {
    const { media_type, seconds = null } = photo
    return { media_type: media_type!, source, copy: { sha256: copy_sha256, bytes: copy_bytes }, seconds }
  }
  return {
    media_type: 'image/jpeg',
    source,
    copy: { sha256: copy_sha256, bytes: copy_bytes, width: photo.width, height: photo.height },
    original: { sha256: photo.original_sha256, bytes: photo.original_bytes },
    ...(photo.thumb_sha256 ? { thumb: { sha256: photo.thumb_sha256, bytes: photo.preview.byteLength } } : {}),
  }
}

/** Mark photos as announced, in the transaction of their operations. False: one of them has been thrown away meanwhile. */
export async function markAnnounced(db: LocalDb, rows: OutboxRow[], subject: Subject): Promise<void | false> {
  for (const { entity_id: id } of rows.filter(({ kind }) => kind === 'evidence.announce')) {
    if (!(await db.photos.update(id, { state: 'announced', draft_key: null, ...subject }))) return false
    // Those that it has: a note has one file, a photo of a release before no thumbnail.
    for (const part of PARTS) await db.uploads.update(uploadId(id, part), { state: 'waiting', next_at: 0 })
  }
}
