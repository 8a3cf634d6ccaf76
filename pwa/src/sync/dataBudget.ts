/** How much of the person's mobile data photos may use by themselves. Records always go; so does what she sends by hand. */
import { readMeta, writeMeta } from '@/local/db'
import type { Policies } from '@/local/shapes'
import { chinaDay } from '@/shared/time'
import type { SyncContext } from './context'

/** What has been used of it, of one day in China. */
interface Used {
  day: string
  bytes: number
}

/** Why photos wait though there is a network; null: they may go. */
export type Hold = 'data_budget_used' | 'save_data' | null

const MB = 1e6
const KEY = 'cellular_photos'

/** Whether the phone says that each byte costs: where a browser does not say, nothing is counted. */
export const isMetered = (context: SyncContext): boolean => context.network().type === 'cellular'

export async function usedToday(context: SyncContext): Promise<number> {
  const used = await readMeta<Used>(context.db, KEY)
  return used?.day === chinaDay(context.now()) ? used.bytes : 0
}

/** Count bytes that went over mobile data. */
export async function countBytes(context: SyncContext, bytes: number): Promise<void> {
  if (bytes <= 0 || !isMetered(context)) return
  const { db } = context
  await db.transaction('rw', db.meta, async () => {
    const day = chinaDay(context.now())
    await writeMeta(db, KEY, { day, bytes: (await usedToday(context)) + bytes } satisfies Used)
  })
}

/** Whether so many more bytes may go by themselves now. */
export async function holdOn(context: SyncContext, policies: Policies, bytes: number): Promise<Hold> {
  if (context.network().save_data) return 'save_data'
  if (!isMetered(context)) return null
  const room = policies.photo_cellular_mb_per_day * MB - (await usedToday(context))
  return bytes > room ? 'data_budget_used' : null
}
