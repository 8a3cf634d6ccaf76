import type { Network } from '@/sync/context'

interface NetworkInformation {
  type?: string
  effectiveType?: string
  saveData?: boolean
}

/** What the browser says of its connection; nothing in most. */
export const connectionNow = () => (navigator as { connection?: NetworkInformation }).connection

export function networkNow(): Network {
  const connection = connectionNow()
  return { type: connection?.type ?? null, save_data: connection?.saveData ?? false }
}
