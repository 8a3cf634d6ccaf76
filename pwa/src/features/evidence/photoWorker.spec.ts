import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PreparedPhoto } from '@/local/photos'
import { prepareInWorker } from './photoWorker'

/** How each worker, in the order in which they are made, behaves. */
type Fate = 'works' | 'dies' | 'breaks'
let fates: Fate[] = []
let made = 0
let ended = 0

const photo = { preview: new ArrayBuffer(1) } as PreparedPhoto

class FakeWorker {
  onmessage: (event: { data: unknown }) => void = () => undefined
  onerror: () => void = () => undefined
  private readonly fate = fates[made++] ?? 'works'

  postMessage() {
    if (this.fate === 'works') setTimeout(() => this.onmessage({ data: { photo } }), 100)
    if (this.fate === 'breaks') setTimeout(() => this.onerror(), 100)
  }

  terminate() {
    ended++
  }
}

const limits = { max_bytes: 1, copy_max_px: 1, max_pixels: 1 }

describe('photos in a worker', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('Worker', FakeWorker)
    fates = []
    made = ended = 0
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it.each(['dies', 'breaks'] as const)('are prepared by another worker when the first one %s', async (fate) => {
    fates = [fate]
    const prepared = prepareInWorker(new Blob(), limits)
    await vi.runAllTimersAsync()
    expect(await prepared).toBe(photo)
    expect({ made, ended }).toEqual({ made: 2, ended: 2 })
  })

  it('are refused when two workers die over them, and the next photo goes on', async () => {
    fates = ['dies', 'dies']
    const first = prepareInWorker(new Blob(), limits)
    const refused = expect(first).rejects.toMatchObject({ trouble: 'photo_undecodable' })
    const second = prepareInWorker(new Blob(), limits)
    await vi.runAllTimersAsync()
    await refused
    expect(await second).toBe(photo)
    expect(ended).toBe(3)
  })
})
