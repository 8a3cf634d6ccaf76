/** Photos on the phone: their bytes and hashes from the moment of capture, before the record they belong to is finished. */
import { newId } from '@/shared/ids'
import type { LocalDb, OutboxRow, Part, PhotoRow, UploadRow } from './db'
import { encryptedBytes } from './photoBytes'
import { draftOf, type Capture, type Draft } from './seal'
import type { EvidencePayload } from './shapes'

/** A photo as the worker hands it over: both files, both hashes, a small picture to look at. */
export interface PreparedPhoto {
  copy: { buffer: ArrayBuffer; sha256: string; width: number; height: number }
  original: { buffer: ArrayBuffer; sha256: string; type: string }
  preview: ArrayBuffer
}

export const uploadId = (photoId: string, part: Part) => `${photoId}:${part}`

/** Keep a photo for a draft, bytes and all, in one transaction. */
export async function keepPhoto(
  db: LocalDb,
  capture: Capture,
  photo: PreparedPhoto,
  of: {
    draft_key: string
    subject_kind: PhotoRow['subject_kind']
    employer_id: string | null
    source: PhotoRow['source']
  },
): Promise<PhotoRow> {
  const row: PhotoRow = {
    id: newId(),
    state: 'draft',
    subject_id: null,
    ...of,
    captured_at: capture.captured_at,
    binding: capture.binding,
    width: photo.copy.width,
    height: photo.copy.height,
    preview: photo.preview,
    copy_sha256: photo.copy.sha256,
    copy_bytes: photo.copy.buffer.byteLength,
    original_sha256: photo.original.sha256,
    original_bytes: photo.original.buffer.byteLength,
    original_type: photo.original.type,
  }
  const files: [Part, ArrayBuffer, string, string][] = [
    ['copy', photo.copy.buffer, photo.copy.sha256, 'image/jpeg'],
    ['original', photo.original.buffer, photo.original.sha256, photo.original.type],
  ]
  // Before the transaction, which would not wait for the cipher.
  const encrypted = await Promise.all(
    files.map(([part, buffer, , type]) => encryptedBytes(db, uploadId(row.id, part), type, buffer)),
  )
  await db.transaction('rw', db.photos, db.uploads, db.photo_bytes, async () => {
    await db.photos.add(row)
    await db.photo_bytes.bulkAdd(encrypted)
    for (const [part, buffer, sha256] of files) {
      const id = uploadId(row.id, part)
      await db.uploads.add({ ...freshUpload, id, photo_id: row.id, part, bytes: buffer.byteLength, sha256 })
    }
  })
  return row
}

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

/** Take a photo out of a draft again: only there can one be thrown away. */
export async function dropDraftPhoto(db: LocalDb, photoId: string): Promise<void> {
  await db.transaction('rw', db.photos, db.uploads, db.photo_bytes, async () => {
    const photo = await db.photos.get(photoId)
    if (photo?.state !== 'draft') return
    await db.photos.delete(photoId)
    const ids = [uploadId(photoId, 'copy'), uploadId(photoId, 'original')]
    await db.uploads.bulkDelete(ids)
    await db.photo_bytes.bulkDelete(ids)
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
        payload: {
          ...subject,
          media_type: 'image/jpeg',
          source: photo.source,
          copy: { sha256: photo.copy_sha256, bytes: photo.copy_bytes, width: photo.width, height: photo.height },
          original: { sha256: photo.original_sha256, bytes: photo.original_bytes },
        },
        employer_id: subject.employer_id,
      },
    ),
  )
}

/** Mark photos as announced, in the transaction of their operations. False: one of them has been thrown away meanwhile. */
export async function markAnnounced(db: LocalDb, rows: OutboxRow[], subject: Subject): Promise<void | false> {
  for (const { entity_id: id } of rows.filter(({ kind }) => kind === 'evidence.announce')) {
    if (!(await db.photos.update(id, { state: 'announced', draft_key: null, ...subject }))) return false
    for (const part of ['copy', 'original'] as const) {
      await db.uploads.update(uploadId(id, part), { state: 'waiting', next_at: 0 })
    }
  }
}
