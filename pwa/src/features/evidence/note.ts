/** What a recording is, told by its first bytes, and how long; never by its name or declared type. */
import type { NoteMedium, NoteType } from '@/local/shapes'

/** Why a recording cannot be kept; the screen has the words. */
export type NoteTrouble =
  | 'note_empty'
  | 'note_too_large'
  | 'note_too_long'
  | 'note_not_recording'
  | 'note_no_space'
  | 'note_not_allowed'
  | 'note_no_microphone'
  | 'note_failed'

export class NoteRefused extends Error {
  constructor(
    readonly trouble: NoteTrouble,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(trouble)
  }
}

const text = (bytes: Uint8Array, at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length))

/** The container's type; null for what is no recording that the server takes. */
export function typeOfNote(bytes: Uint8Array, medium: NoteMedium): NoteType | null {
  if (text(bytes, 0, 4) === '\x1a\x45\xdf\xa3') return text(bytes, 0, 64).includes('webm') ? `${medium}/webm` : null
  if (text(bytes, 4, 4) === 'ftyp') {
    const brand = text(bytes, 8, 4)
    if (/^(hei|hev|mif1|msf1|avif)/.test(brand)) return null
    if (brand.startsWith('3g')) return `${medium}/3gpp`
    return brand === 'qt  ' && medium === 'video' ? 'video/quicktime' : `${medium}/mp4`
  }
  if (medium === 'video') return null
  if (text(bytes, 0, 4) === 'OggS') return 'audio/ogg'
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 4) === 'WAVE') return 'audio/wav'
  const isFrame = bytes[0] === 0xff && (bytes[1]! & 0xe6) === 0xe2
  return text(bytes, 0, 3) === 'ID3' || isFrame ? 'audio/mpeg' : null
}

const PATIENCE_MS = 5_000

/** Seconds of a recording as this browser reads it; null where it cannot tell. */
export function secondsOf(blob: Blob, medium: NoteMedium): Promise<number | null> {
  const player = document.createElement(medium)
  const url = URL.createObjectURL(blob)
  return new Promise<number | null>((resolve) => {
    const known = () => (Number.isFinite(player.duration) && player.duration > 0 ? player.duration : null)
    const patience = setTimeout(() => resolve(null), PATIENCE_MS)
    const answer = (value: number | null) => {
      clearTimeout(patience)
      resolve(value)
    }
    player.onloadedmetadata = () => {
      if (known() !== null) return answer(known())
      // A stream without its length: at its end the browser knows.
      player.ondurationchange = () => known() !== null && answer(known())
      player.currentTime = 1e7
    }
    player.onerror = () => answer(null)
    player.preload = 'metadata'
    player.src = url
  }).finally(() => {
    player.removeAttribute('src')
    player.load()
    URL.revokeObjectURL(url)
  })
}
