/** Prepares photos one after the other in a worker, so that a 12-megapixel picture never holds the screen. */
import type { PreparedPhoto } from '@/local/photos'
import { PhotoRefused, type PhotoTrouble } from './image'
import type { PhotoLimits } from './prepare'

type Answer = { photo: PreparedPhoto } | { trouble: PhotoTrouble; extra: Record<string, unknown> }

let queue: Promise<unknown> = Promise.resolve()

export function prepareInWorker(file: Blob, limits: PhotoLimits): Promise<PreparedPhoto> {
  const next = queue.then(() => once(file, limits))
  queue = next.catch(() => undefined)
  return next
}

/** A worker per photo: whatever a hostile file does to the decoder ends with it. */
function once(file: Blob, limits: PhotoLimits): Promise<PreparedPhoto> {
  const worker = new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<PreparedPhoto>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('photo' in data) resolve(data.photo)
      else reject(new PhotoRefused(data.trouble, data.extra))
    }
    worker.onerror = () => reject(new PhotoRefused('photo_undecodable'))
    worker.postMessage({ file, limits })
  }).finally(() => worker.terminate())
}
