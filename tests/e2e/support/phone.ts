/** What a phone has and a browser on a bench has not: a place on earth, and a network it can name. */
import type { BrowserContext } from '@playwright/test'
import type { LonLat } from './city'

/** Let the browser say what network it is on, as phones do; Chromium on a desk does not know. */
export async function preparePhone(context: BrowserContext, network: 'wifi' | 'cellular' = 'wifi'): Promise<void> {
  await context.addInitScript((type) => {
    const { connection } = navigator as unknown as { connection?: object }
    if (connection) Object.defineProperty(Object.getPrototypeOf(connection), 'type', { configurable: true, get: () => type })
  }, network)
}

export async function standAt(context: BrowserContext, [longitude, latitude]: LonLat, accuracy: number): Promise<void> {
  await context.setGeolocation({ longitude, latitude, accuracy })
}

/** Count how often each operation leaves a phone. */
export function watchPushes(context: BrowserContext): Map<string, number> {
  const sent = new Map<string, number>()
  context.on('request', (request) => {
    if (!request.url().endsWith('/api/sync/push')) return
    const { operations } = request.postDataJSON() as { operations: { body: string }[] }
    for (const { body } of operations) {
      const { op_id } = JSON.parse(body) as { op_id: string }
      sent.set(op_id, (sent.get(op_id) ?? 0) + 1)
    }
  })
  return sent
}
