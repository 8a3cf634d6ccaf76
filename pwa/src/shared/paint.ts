/** Work that may wait until what is on the screen now has been painted. */

/** A page that nobody looks at is not painted. */
const LONGEST_MS = 1_000

/** Resolves when the next frame has been painted, or would have been long ago. */
export const afterPaint = (): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, LONGEST_MS)
    requestAnimationFrame(() => setTimeout(done))
  })

/** Time for a first page to be painted, and to be seen before more is done to it. */
const FIRST_LOOK_MS = 250

/** Resolves when a page that has just been made has been looked at. */
export const afterFirstLook = (): Promise<void> => pause(FIRST_LOOK_MS)

/** Let the screen, and whatever else waits, have its turn. */
export const pause = (ms = 0): Promise<void> => new Promise((done) => setTimeout(done, ms))
