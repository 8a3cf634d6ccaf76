/** Many tellings at once, and what went wrong in which. */

/** A telling takes a second or two; one that takes so long has stopped for good. */
const TOO_LONG_MS = 150_000

async function withinReason(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('S1: hangs, and nothing more is sent')), TOO_LONG_MS)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Do `work` for each of these, a few at a time; gives a line for each that failed. One that is enough ends it. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  nameOf: (item: T) => string,
  work: (item: T) => Promise<void>,
  isEnough: (failure: string) => boolean = () => false,
): Promise<string[]> {
  const failures: string[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length && !failures.some(isEnough)) {
      const item = items[next++]!
      try {
        await withinReason(work(item))
      } catch (error) {
        failures.push(`${nameOf(item)} -> ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return failures
}
