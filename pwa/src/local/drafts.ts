/** Unfinished forms, saved at every keystroke, so that a killed app gives them back. */
import { isoMoment } from '@/shared/time'
import type { DraftRow, LocalDb } from './db'
import { dropDraftPhoto } from './photos'

export async function readDraft<T>(db: LocalDb, key: string): Promise<{ value: T; updated_at: string } | null> {
  const row = await db.drafts.get(key)
  return row ? { value: row.value as T, updated_at: row.updated_at } : null
}

export async function saveDraft(
  db: LocalDb,
  key: string,
  employerId: string | null,
  value: unknown,
  nowMs: number,
): Promise<void> {
  const row: DraftRow = { key, employer_id: employerId, value, updated_at: isoMoment(nowMs) }
  await db.drafts.put(row)
}

/** Throw a draft and its photos away, because the person said so. */
export async function discardDraft(db: LocalDb, key: string): Promise<void> {
  const photos = await db.photos.where('draft_key').equals(key).primaryKeys()
  await db.transaction('rw', db.drafts, db.photos, db.uploads, db.photo_bytes, async () => {
    for (const id of photos) await dropDraftPhoto(db, id)
    await db.drafts.delete(key)
  })
}
