/// <reference lib="webworker" />
import { PhotoRefused } from './image'
import { preparePhoto, type PhotoLimits } from './prepare'

declare const self: DedicatedWorkerGlobalScope

self.onmessage = async ({ data }: MessageEvent<{ file: Blob; limits: PhotoLimits }>) => {
  try {
    const photo = await preparePhoto(data.file, data.limits)
    self.postMessage({ photo }, [photo.copy.buffer, photo.original.buffer, photo.preview])
  } catch (error) {
    if (error instanceof PhotoRefused) self.postMessage({ trouble: error.trouble, extra: error.extra })
    else self.postMessage({ trouble: 'photo_undecodable', extra: { message: String(error) } })
  }
}
