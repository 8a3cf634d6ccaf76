/**
 * Writes down her way while she is on duty, and at no other time. It watches the position only then, in one tab only, and
 * only while the app is looked at: a browser gives no positions to a page in the background.
 */
import { effectScope, watch, type EffectScope } from 'vue'
import { keepSpot, type Spot } from '@/local/tracks'
import { noteSurprise } from '@/modules/errors'
import { usePosition, position } from '@/modules/position'
import { atWork, captureNow, policies } from '@/modules/work'
import { isWorthKeeping } from './rules'

const LOCK = 'wangge-track'

export interface Recorder {
  stop(): void
}

/** Begin to write down the way of a patrol; the caller stops it when the duty is paused or over. */
export function recordTrack(patrolId: string): Recorder {
  const { db } = atWork()
  const controller = new AbortController()
  let scope: EffectScope | null = null
  let last: Spot | null = null
  let writing: Promise<void> = Promise.resolve()

  function take(spot: Spot | null) {
    if (!spot || controller.signal.aborted || !isWorthKeeping(spot, last, policies())) return
    last = spot
    writing = writing
      .then(async () => {
        if (controller.signal.aborted) return
        await keepSpot(db, await captureNow(), patrolId, spot, policies())
      })
      .catch(noteSurprise)
  }

  async function run() {
    const began = Date.now()
    scope = effectScope()
    scope.run(() => {
      usePosition()
      // A fix from before she pressed is none of it, not by a second.
      watch(position, (fix) => take(fix && fix.at >= began ? fix : null), { immediate: true })
    })
    await new Promise<void>((done) => controller.signal.addEventListener('abort', () => done(), { once: true }))
    scope.stop()
  }

  const held = 'locks' in navigator ? navigator.locks.request(LOCK, { signal: controller.signal }, run) : run()
  held.catch((error: unknown) => {
    if ((error as Error).name !== 'AbortError') noteSurprise(error)
  })
  return { stop: () => controller.abort() }
}
