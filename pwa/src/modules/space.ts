/** Room on the phone: asked before something large is captured, and recognised when it ran out all the same. */
import { policies } from './work'

/** The evidence copy and the preview, on top of the original. */
const COPY_BYTES = 1_500_000

/**
 * Whether a file of this size fits, with the deployment's reserve left over for records, which are small and come first.
 *
 * Where the browser tells nothing, it is tried: a full disk undoes the whole transaction.
 */
export async function hasRoomFor(bytes: number): Promise<boolean> {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined)
  if (!estimate?.quota || estimate.usage === undefined) return true
  const reserve = Number(policies().phone_space_reserve_bytes)
  return estimate.quota - estimate.usage > bytes + COPY_BYTES + reserve
}

export function isFull(error: unknown): boolean {
  const { name, inner } = (error ?? {}) as { name?: string; inner?: { name?: string } }
  return name === 'QuotaExceededError' || inner?.name === 'QuotaExceededError'
}
