/** How long nobody has used the desk. Pure, so that it can be tested without waiting; other tabs' use counts too. */
export type Standing = { state: 'used' | 'warning' | 'over'; leftMs: number }

const WARN_MS = 60_000

export function standingAt(now: number, lastUsedAt: number, idleMinutes: number): Standing {
  const leftMs = lastUsedAt + idleMinutes * 60_000 - now
  if (leftMs <= 0) return { state: 'over', leftMs: 0 }
  return { state: leftMs <= WARN_MS ? 'warning' : 'used', leftMs }
}

/** The server counts requests, not keys: while somebody types a long form it is told now and then. */
export function shouldTellServer(now: number, toldAt: number, lastUsedAt: number, idleMinutes: number): boolean {
  const every = Math.min(5 * 60_000, (idleMinutes * 60_000) / 3)
  return lastUsedAt > toldAt && now - toldAt >= every
}
