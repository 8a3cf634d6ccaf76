/** Photos on the phone: their bytes and hashes from the moment of capture, before the record they belong to is finished. */
import { newId } from '@/shared/ids'
import type { LocalDb, Part, PhotoRow, UploadRow } from './db'
import { appendOperation, type Capture } from './outbox'
import { encryptedBytes } from './photoBytes'
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

/** Announce a draft's photos with the record they belong to. Call it inside that record's transaction. */
export async function announcePhotos(
  db: LocalDb,
  capture: Capture,
  photoIds: string[],
  subject: Pick<EvidencePayload, 'subject_kind' | 'subject_id' | 'employer_id'>,
): Promise<void> {
  for (const id of photoIds) {
    const photo = await db.photos.get(id)
    if (!photo) continue
    const { device_id } = capture
    await appendOperation(
      db,
      { device_id, captured_at: photo.captured_at, binding: photo.binding },
      {
        kind: 'evidence.announce',
        entity_id: id,
        payload: {
          ...subject,
          media_type: 'image/jpeg',
          source: photo.source,
          copy: { sha256: photo.copy_sha256, bytes: photo.copy_bytes, width: photo.width, height: photo.height },
          original: { sha256: photo.original_sha256, bytes: photo.original_bytes },
        },
        employer_id: subject.employer_id,
      },
    )
    await db.photos.update(id, { state: 'announced', draft_key: null, ...subject })
    for (const part of ['copy', 'original'] as const) {
      await db.uploads.update(uploadId(id, part), { state: 'waiting', next_at: 0 })
    }
  }
}
