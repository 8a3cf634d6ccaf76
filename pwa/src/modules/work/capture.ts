import { readMeta } from '@/local/db'
import type { Capture } from '@/local/outbox'
import type { Binding } from '@/local/shapes'
import { isoMoment } from '@/shared/time'
import { lastFix } from '../position'
import { connectionNow } from './network'
import { atWork } from './state'

/** The moment of capture, with what is around it. */
export async function captureNow(): Promise<Capture> {
  const { db, device_id } = atWork()
  const now = Date.now()
  const connection = connectionNow()
  const binding: Binding = {
    server_offset_ms: (await readMeta<number>(db, 'server_offset_ms')) ?? null,
    position: lastFix(now),
    network: navigator.onLine ? (connection?.type ?? connection?.effectiveType ?? 'online') : 'none',
    battery: await batteryLevel(),
    app_version: __APP_VERSION__,
  }
  return { device_id, captured_at: isoMoment(now), binding }
}

async function batteryLevel(): Promise<number | null> {
  const { getBattery } = navigator as { getBattery?: () => Promise<{ level: number }> }
  try {
    return getBattery ? (await getBattery.call(navigator)).level : null
  } catch {
    return null
  }
}
