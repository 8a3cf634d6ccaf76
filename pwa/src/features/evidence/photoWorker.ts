/** Prepares photos one after the other in a worker, so that a 12-megapixel picture never holds the screen. */
import type { PreparedPhoto } from '@/local/photos'
import { PhotoRefused, type PhotoTrouble } from './image'
import type { PhotoLimits } from './prepare'

type Answer = { photo: PreparedPhoto } | { trouble: PhotoTrouble; extra: Record<string, unknown> }

/** A worker that the system has ended says nothing any more; the slowest phone is through with a photo long before. */
const PATIENCE_MS = 60_000
const TRIES = 2

let queue: Promise<unknown> = Promise.resolve()

export function prepareInWorker(file: Blob, limits: PhotoLimits): Promise<PreparedPhoto> {
  const next = queue.then(() => patiently(file, limits))
  queue = next.catch(() => undefined)
  return next
}

/** With a fresh worker where one died: the system takes the memory of one that had bad luck, not of every one. */
async function patiently(file: Blob, limits: PhotoLimits): Promise<PreparedPhoto> {
  for (let left = TRIES; ; left--) {
    const photo = await once(file, limits)
    if (photo) return photo
    if (left <= 1) throw new PhotoRefused('photo_undecodable')
  }
}

/**
 * A worker per photo: whatever a hostile file does to the decoder ends with it. Null when the worker died without a word;
 * the photos behind it must not wait for ever.
 */
function once(file: Blob, limits: PhotoLimits): Promise<PreparedPhoto | null> {
  const worker = new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module' })
  let patience: ReturnType<typeof setTimeout> | undefined
  return new Promise<PreparedPhoto | null>((resolve, reject) => {
    patience = setTimeout(() => resolve(null), PATIENCE_MS)
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('photo' in data) resolve(data.photo)
      else reject(new PhotoRefused(data.trouble, data.extra))
    }
    worker.onerror = () => resolve(null)
    worker.postMessage({ file, limits })
  }).finally(() => {
    clearTimeout(patience)
    worker.terminate()
  })
}
