/** Where the points of a trend lie on its picture: days evenly along, zero at the foot. */
export interface Spot {
  x: number
  y: number
}
const DAY_MS = 86_400_000

/** The number at the top of the axis: the next of 1, 2, 5 × 10ⁿ that holds them all, 10 at least. */
export function axisTop(values: readonly number[]): number {
  const most = Math.max(10, ...values)
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most)!
}

/** A day without a number leaves its place empty; "now" stands one day after the last, for a day is told as it began. */
export function placeDays(
  days: readonly { day: string; n: number; isNow?: boolean }[],
  top: number,
  width: number,
  height: number,
): Spot[] {
  const at = (d: { day: string; isNow?: boolean }) => Date.parse(d.day) / DAY_MS + (d.isNow ? 1 : 0)
  const start = days.length ? at(days[0]!) : 0
  const length = Math.max(1, days.length ? at(days.at(-1)!) - start : 1)
  return days.map((d) => ({ x: ((at(d) - start) / length) * width, y: height * (1 - d.n / top) }))
}

export const linePath = (spots: readonly Spot[]) =>
  spots.map((s, i) => `${i ? 'L' : 'M'}${s.x.toFixed(1)},${s.y.toFixed(1)}`).join(' ')
