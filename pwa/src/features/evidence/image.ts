/** What a photo's bytes say of themselves, read before anything decodes them; and EXIF carried over to the evidence copy. */

export interface ImageFacts {
  type: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/heic'
  /** Pixels as stored, before any rotation; null where the format is not read here. */
  width: number | null
  height: number | null
  /** EXIF orientation, 1 to 8; 1 where there is none or it is not a valid one. */
  orientation: number
  /** The raw APP1 segment with its marker and length; null where there is none. */
  exif: Uint8Array | null
}

/** Why a file cannot be attached; the screen has the words. */
export type PhotoTrouble =
  | 'photo_empty'
  | 'photo_too_large'
  | 'photo_not_image'
  | 'photo_truncated'
  | 'photo_too_many_pixels'
  | 'photo_undecodable'
  | 'photo_heic'
  | 'photo_no_space'

export class PhotoRefused extends Error {
  constructor(
    readonly trouble: PhotoTrouble,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(trouble)
  }
}

const ascii = (bytes: Uint8Array, at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length))

/**
 * Recognise an image by its content, never by its name or declared type.
 *
 * Throws PhotoRefused for what is no image or was cut off.
 */
export function readImage(bytes: Uint8Array): ImageFacts {
  if (bytes.length === 0) throw new PhotoRefused('photo_empty')
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return readJpeg(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const plain = { orientation: 1, exif: null }
  if (bytes.length > 24 && ascii(bytes, 1, 3) === 'PNG' && bytes[0] === 0x89) {
    const exif = pngExif(bytes, view)
    return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20), exif, orientation: turnOf(exif) }
  }
  if (bytes.length > 30 && ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') {
    return { type: 'image/webp', ...webpSize(bytes, view), ...plain }
  }
  if (bytes.length > 12 && ascii(bytes, 4, 4) === 'ftyp' && /^(hei|hev|mif1|msf1|avif)/.test(ascii(bytes, 8, 4))) {
    return { type: 'image/heic', width: null, height: null, ...plain }
  }
  throw new PhotoRefused('photo_not_image')
}

function webpSize(bytes: Uint8Array, view: DataView): { width: number; height: number } {
  const chunk = ascii(bytes, 12, 4)
  if (chunk === 'VP8X') {
    const read24 = (at: number) => 1 + view.getUint16(at, true) + (bytes[at + 2]! << 16)
    return { width: read24(24), height: read24(27) }
  }
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 }
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
}

/** Walk the segments of a JPEG up to its picture, then look for its end. */
function readJpeg(bytes: Uint8Array): ImageFacts {
  let width: number | null = null
  let height: number | null = null
  let exif: Uint8Array | null = null
  let at = 2
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++ // fill bytes
    const marker = bytes[at + 1]
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
    if (bytes[at] !== 0xff || marker === undefined || length < 2 || at + 2 + length > bytes.length) {
      throw new PhotoRefused('photo_truncated')
    }
    if (marker === 0xe1 && exif === null && ascii(bytes, at + 4, 6) === 'Exif\0\0') {
      exif = bytes.slice(at, at + 2 + length)
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      height = (bytes[at + 5]! << 8) | bytes[at + 6]!
      width = (bytes[at + 7]! << 8) | bytes[at + 8]!
    }
    at += 2 + length
    if (marker === 0xda) break
  }
  if (!hasEnd(bytes, at)) throw new PhotoRefused('photo_truncated')
  if (!width || !height) throw new PhotoRefused('photo_undecodable')
  return { type: 'image/jpeg', width, height, exif, orientation: turnOf(exif) }
}

/** EXIF of a PNG (chunk eXIf, before its picture) as the segment a JPEG would have. */
function pngExif(bytes: Uint8Array, view: DataView): Uint8Array | null {
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    const name = ascii(bytes, at + 4, 4)
    if (name === 'IDAT' || at + 12 + length > bytes.length) return null
    if (name === 'eXIf' && length < 0xfff0) {
      const size = length + 8
      const head = [0xff, 0xe1, size >> 8, size & 0xff, 0x45, 0x78, 0x69, 0x66, 0, 0]
      return Uint8Array.from([...head, ...bytes.subarray(at + 8, at + 8 + length)])
    }
    at += 12 + length
  }
  return null
}

/** The PNG without its EXIF: nothing left that a decoder could turn it by. */
export function withoutPngExif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at)
    const name = ascii(bytes, at + 4, 4)
    if (name === 'IDAT' || end > bytes.length) break
    if (name === 'eXIf') {
      const rest = new Uint8Array(bytes.length - (end - at))
      rest.set(bytes.subarray(0, at))
      rest.set(bytes.subarray(end), at)
      return rest
    }
    at = end
  }
  return bytes
}

function turnOf(exif: Uint8Array | null): number {
  const value = (exif && orientationPlace(exif)?.read()) ?? 1
  return value >= 1 && value <= 8 ? value : 1
}

/** Whether the end marker comes somewhere after the picture began; cameras may append things of their own behind it. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 2; at >= from; at--) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true
  return false
}

/** Where an EXIF segment keeps its orientation; null where it does not. */
function orientationPlace(segment: Uint8Array): { read(): number; write(value: number): void } | null {
  const tiff = 10 // marker, length, "Exif\0\0"
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength)
  if (segment.length < tiff + 14) return null
  const order = ascii(segment, tiff, 2)
  if (order !== 'II' && order !== 'MM') return null
  const little = order === 'II'
  const directory = tiff + view.getUint32(tiff + 4, little)
  if (directory + 2 > segment.length) return null
  const entries = view.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12
    if (entry + 12 > segment.length) return null
    if (view.getUint16(entry, little) !== 0x0112) continue
    return {
      read: () => view.getUint16(entry + 8, little),
      write: (value) => view.setUint16(entry + 8, value, little),
    }
  }
  return null
}

/**
 * The copy with the original's EXIF segment in it, raw but for one thing: the copy's pixels are upright already, so its
 * orientation says 1. Otherwise every viewer would turn it a second time.
 */
export function withExif(copy: Uint8Array, exif: Uint8Array): Uint8Array {
  const segment = exif.slice()
  orientationPlace(segment)?.write(1)
  const whole = new Uint8Array(copy.length + segment.length)
  whole.set(copy.subarray(0, 2), 0)
  whole.set(segment, 2)
  whole.set(copy.subarray(2), 2 + segment.length)
  return whole
}

/** Size of the upright picture within a square of `maxPx`, never larger than it is. */
export function fitWithin(facts: ImageFacts, maxPx: number): { width: number; height: number } | null {
  if (facts.width === null || facts.height === null) return null
  const turned = facts.orientation >= 5
  const [w, h] = turned ? [facts.height, facts.width] : [facts.width, facts.height]
  const scale = Math.min(1, maxPx / Math.max(w, h))
  return { width: Math.max(1, Math.round(w * scale)), height: Math.max(1, Math.round(h * scale)) }
}
