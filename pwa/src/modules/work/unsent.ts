/** What of a store the server has not answered for. */
import { LocalDb } from '@/local/db'
import { storeOf } from '@/local/names'
import { noKey } from '@/local/storeCipher'

export interface Unsent {
  records: number
  photos: number
  /** All of it, announcements and originals too. */
  all: number
}

/** What the server has not answered for, of a store that may be locked: keys and indexes say it without the rows. */
export async function countUnsent(accountId: string): Promise<Unsent> {
  const db = new LocalDb(storeOf(accountId), noKey)
  try {
    const operations = await db.outbox.where('state').notEqual('sent').primaryKeys()
    const files = await db.uploads.where('state').anyOf('waiting', 'needs_you').primaryKeys()
    const photos = (await db.uploads.orderBy('photo_id').uniqueKeys()) as string[]
    const announcements = new Set(await db.outbox.where('entity_id').anyOf(photos).primaryKeys())
    return {
      records: operations.filter((id) => !announcements.has(id)).length,
      photos: files.filter((id) => id.endsWith(':copy')).length,
      all: operations.length + files.length,
    }
  } finally {
    db.close()
  }
}
