/** How long to wait before trying again: doubling, capped, with full jitter so that a city of phones does not return as one. */
const FIRST_MS = 4_000
const CAP_MS = 5 * 60_000

/** Milliseconds to wait after the `failures`-th failure in a row (1 is the first). `random` gives [0, 1). */
export function backoffMs(failures: number, random: () => number): number {
  const ceiling = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return Math.round(ceiling / 2 + (random() * ceiling) / 2)
}

/**
 * Whether something that waits until `nextAt` (ms) may go now. A wait longer than any that is ever set was set by a clock
 * that has been put back since: it counts for nothing, or the phone would be silent until that clock's time came.
 */
export const isDue = (nextAt: number, now: number): boolean => nextAt <= now || nextAt - now > CAP_MS
