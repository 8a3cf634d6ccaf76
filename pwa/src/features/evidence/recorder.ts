/** Recording sound by the browser, until its limits or the person end it. */
import { NoteRefused } from './note'

/** What phones' browsers can do, the best for speech first. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']
const PIECE_MS = 1_000

export interface RecorderLimits {
  max_s: number
  max_bytes: number
  bits_per_s: number
}

export interface Recording {
  /** Ends it; the sound comes by `done`. */
  stop(): void
  /** The sound and its length, when it has ended. */
  done: Promise<{ blob: Blob; seconds: number }>
}

export const canRecord = (): boolean => typeof MediaRecorder !== 'undefined' && Boolean(navigator.mediaDevices)

/**
 * Begin. `onTick` is told the seconds so far, about once a second.
 *
 * Throws NoteRefused where the microphone is denied or missing.
 */
export async function record(limits: RecorderLimits, onTick: (seconds: number) => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch((error: Error) => {
    throw new NoteRefused(error.name === 'NotAllowedError' ? 'note_not_allowed' : 'note_no_microphone')
  })
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(stream, {
    ...(mimeType ? { mimeType } : {}),
    audioBitsPerSecond: limits.bits_per_s,
  })
  const pieces: Blob[] = []
  let bytes = 0
  const beganAt = performance.now()
  const seconds = () => (performance.now() - beganAt) / 1000
  const stop = () => {
    if (recorder.state !== 'inactive') recorder.stop()
  }
  // A piece more must still fit: the last one comes after the stop.
  const pieceBytes = () => bytes / Math.max(1, pieces.length)
  const done = new Promise<{ blob: Blob; seconds: number }>((resolve, reject) => {
    recorder.ondataavailable = ({ data }) => {
      pieces.push(data)
      bytes += data.size
      onTick(seconds())
      if (bytes + 2 * pieceBytes() > limits.max_bytes) stop()
    }
    recorder.onerror = () => reject(new NoteRefused('note_failed'))
    recorder.onstop = () =>
      resolve({ blob: new Blob(pieces, { type: recorder.mimeType }), seconds: Math.min(seconds(), limits.max_s) })
  }).finally(() => {
    clearTimeout(limit)
    for (const track of stream.getTracks()) track.stop()
  })
  recorder.start(PIECE_MS)
  const limit = setTimeout(stop, limits.max_s * 1000)
  return { stop, done }
}
