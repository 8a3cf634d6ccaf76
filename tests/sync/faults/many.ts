/** Many tellings at once, and what went wrong in which. */

/** Do `work` for each of these, a few at a time; gives a line for each that failed. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  nameOf: (item: T) => string,
  work: (item: T) => Promise<void>,
): Promise<string[]> {
  const failures: string[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const item = items[next++]!
      try {
        await work(item)
      } catch (error) {
        failures.push(`${nameOf(item)} -> ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return failures
}
