/** How long to wait before trying again: doubling, capped, with full jitter so that a city of phones does not return as one. */
const FIRST_MS = 4_000
const CAP_MS = 5 * 60_000

/** Milliseconds to wait after the `failures`-th failure in a row (1 is the first). `random` gives [0, 1). */
export function backoffMs(failures: number, random: () => number): number {
  const ceiling = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return Math.round(ceiling / 2 + (random() * ceiling) / 2)
}
