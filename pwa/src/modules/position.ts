/** Where the phone is: watched while a screen needs it, remembered for what is captured next. */
import { onScopeDispose, shallowRef } from 'vue'
import type { Fix } from '@/local/shapes'

export interface Position {
  lon: number
  lat: number
  accuracy_m: number
  /** Moment of the fix, ms of the phone's clock. */
  at: number
}

export type PositionState = 'asking' | 'ok' | 'denied' | 'unavailable' | 'timeout'

/** The newest fix; null until there is one. */
export const position = shallowRef<Position | null>(null)
export const positionState = shallowRef<PositionState>('asking')

/** Older than this it says nothing about a capture. */
const KEEP_MS = 15 * 60_000
const STATES: Record<number, PositionState> = { 1: 'denied', 2: 'unavailable', 3: 'timeout' }

let watchers = 0
let watchId: number | null = null

/** The newest fix as it is bound to a capture; null when there is none of use. */
export function lastFix(now: number): Fix | null {
  const fix = position.value
  if (!fix || now - fix.at > KEEP_MS) return null
  return {
    lon: fix.lon,
    lat: fix.lat,
    accuracy_m: Math.round(fix.accuracy_m * 10) / 10,
    age_s: Math.max(0, Math.round((now - fix.at) / 1000)),
  }
}

function start(): void {
  if (!('geolocation' in navigator)) {
    positionState.value = 'unavailable'
    return
  }
  positionState.value = position.value ? 'ok' : 'asking'
  watchId = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      const { longitude: lon, latitude: lat, accuracy } = coords
      if (!Number.isFinite(lon) || !Number.isFinite(lat)) return
      // Some phones stamp a fix with a clock of their own; one from the future is as old as now.
      position.value = { lon, lat, accuracy_m: accuracy, at: Math.min(timestamp, Date.now()) }
      positionState.value = 'ok'
    },
    ({ code }) => {
      positionState.value = STATES[code] ?? 'unavailable'
    },
    { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 },
  )
}

function stop(): void {
  if (watchId !== null) navigator.geolocation.clearWatch(watchId)
  watchId = null
}

/** Watch the position for as long as this component lives. */
export function usePosition() {
  if (watchers++ === 0) start()
  onScopeDispose(() => {
    if (--watchers === 0) stop()
  })
  return {
    position,
    state: positionState,
    /** Ask again, after the person has changed a setting. */
    retry: () => {
      stop()
      start()
    },
  }
}
