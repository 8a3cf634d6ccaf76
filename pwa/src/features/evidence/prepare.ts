/** From a camera's file to what is kept: the original as it is, the evidence copy, both hashes, a small picture. Runs in a worker. */
import type { PreparedPhoto } from '@/local/photos'
import { sha256OfBytes } from '@/shared/sha256'
import { fitWithin, PhotoRefused, readImage, withExif, withoutPngExif, type ImageFacts } from './image'

export interface PhotoLimits {
  max_bytes: number
  copy_max_px: number
  max_pixels: number
}

const COPY_QUALITY = 0.85
const PREVIEW_PX = 320

/**
 * Prepare one file.
 *
 * Throws PhotoRefused with the reason, before decoding where size, type or dimensions already tell.
 */
export async function preparePhoto(file: Blob, limits: PhotoLimits): Promise<PreparedPhoto> {
  if (file.size > limits.max_bytes) {
    throw new PhotoRefused('photo_too_large', { size_mb: megabytes(file.size), max_mb: megabytes(limits.max_bytes) })
  }
  const original = await file.arrayBuffer()
  const facts = readImage(new Uint8Array(original))
  if (facts.width && facts.height && facts.width * facts.height > limits.max_pixels) {
    throw new PhotoRefused('photo_too_many_pixels', { width: facts.width, height: facts.height })
  }
  const original_sha256 = sha256OfBytes(original)
  const picture = await decode(new Blob([original], { type: facts.type }), facts, limits.copy_max_px)
  const fitted = shrink(picture, limits.copy_max_px)
  const encoded = await encode(picture, fitted, COPY_QUALITY)
  const copy = facts.exif ? withExif(new Uint8Array(encoded), facts.exif) : new Uint8Array(encoded)
  const preview = await encode(picture, shrink(fitted, PREVIEW_PX), 0.7)
  const buffer = copy.buffer as ArrayBuffer
  return {
    copy: { buffer, sha256: await sha256OfBytes(buffer), ...fitted },
    original: { buffer: original, sha256: await original_sha256, type: facts.type },
    preview,
  }
}

type Picture = ImageBitmap | OffscreenCanvas

/**
 * Decode upright and, where the size is known, already small.
 *
 * Every browser turns a JPEG by its EXIF, and resizes after that. Of a PNG some do and some do not, whatever they are
 * asked for: there the file is decoded without its EXIF and turned here.
 */
async function decode(blob: Blob, facts: ImageFacts, maxPx: number): Promise<Picture> {
  const size = fitWithin(facts, maxPx)
  try {
    if (facts.type === 'image/png' && facts.orientation > 1) {
      const bare = withoutPngExif(new Uint8Array(await blob.arrayBuffer()))
      return turned(await createImageBitmap(new Blob([bare], { type: facts.type })), facts.orientation)
    }
    const isSure = facts.type === 'image/jpeg' && size
    return await createImageBitmap(blob, {
      imageOrientation: 'from-image',
      ...(isSure ? { resizeWidth: size.width, resizeHeight: size.height, resizeQuality: 'high' as const } : {}),
    })
  } catch {
    throw new PhotoRefused(facts.type === 'image/heic' ? 'photo_heic' : 'photo_undecodable')
  }
}

/** A picture turned upright as its EXIF orientation (2 to 8) says. */
function turned(picture: ImageBitmap, orientation: number): OffscreenCanvas {
  const { width: w, height: h } = picture
  const canvas = orientation >= 5 ? new OffscreenCanvas(h, w) : new OffscreenCanvas(w, h)
  const context = canvas.getContext('2d')!
  const matrices: Record<number, [number, number, number, number, number, number]> = {
    2: [-1, 0, 0, 1, w, 0],
    3: [-1, 0, 0, -1, w, h],
    4: [1, 0, 0, -1, 0, h],
    5: [0, 1, 1, 0, 0, 0],
    6: [0, 1, -1, 0, h, 0],
    7: [0, -1, -1, 0, h, w],
    8: [0, -1, 1, 0, 0, w],
  }
  context.setTransform(...matrices[orientation]!)
  context.drawImage(picture, 0, 0)
  return canvas
}

function shrink({ width, height }: { width: number; height: number }, maxPx: number) {
  const scale = Math.min(1, maxPx / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

async function encode(
  picture: Picture,
  size: { width: number; height: number },
  quality: number,
): Promise<ArrayBuffer> {
  const canvas = new OffscreenCanvas(size.width, size.height)
  const context = canvas.getContext('2d')
  if (!context) throw new PhotoRefused('photo_undecodable')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, size.width, size.height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, 0, 0, size.width, size.height)
  return (await canvas.convertToBlob({ type: 'image/jpeg', quality })).arrayBuffer()
}

const megabytes = (bytes: number) => Math.round((bytes / 1024 / 1024) * 10) / 10
