/** What nobody expected: kept for the person to send, shown once in plain words, never swallowed. */
import { shallowRef, type App } from 'vue'

export interface Surprise {
  at: string
  /** What was thrown, for those who know its kind. */
  error: unknown
  message: string
  stack: string
}

const KEPT = 50
const ring: Surprise[] = []

/** The newest surprise, for a page to show; null when there was none since it was last seen. */
export const lastSurprise = shallowRef<Surprise | null>(null)

/** The last few surprises, oldest first, for "send what happened". No names or positions are in here unless an error's own text has them. */
export const surprises = (): readonly Surprise[] => ring

export function noteSurprise(error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error))
  const surprise = { at: new Date().toISOString(), error, message: known.message, stack: known.stack ?? '' }
  ring.push(surprise)
  if (ring.length > KEPT) ring.shift()
  lastSurprise.value = surprise
  console.error(error)
}

export const errors = {
  install(app: App) {
    app.config.errorHandler = noteSurprise
    window.addEventListener('unhandledrejection', (event) => noteSurprise(event.reason))
  },
}
