import { describe, expect, it } from 'vitest'
import { fitWithin, PhotoRefused, readImage, withExif } from './image'

const exif = (orientation: number, little = true) => {
  const tiff = new DataView(new ArrayBuffer(26))
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d)
  tiff.setUint16(2, 42, little)
  tiff.setUint32(4, 8, little)
  tiff.setUint16(8, 1, little)
  tiff.setUint16(10, 0x0112, little)
  tiff.setUint16(12, 3, little)
  tiff.setUint32(14, 1, little)
  tiff.setUint16(18, orientation, little)
  const body = [0x45, 0x78, 0x69, 0x66, 0, 0, ...new Uint8Array(tiff.buffer)]
  return [0xff, 0xe1, 0, body.length + 2, ...body]
}
const SIZE = [0xff, 0xc0, 0, 11, 8, 0x0b, 0xb8, 0x0f, 0xa0, 1, 1, 0x11, 0] // 4000 wide, 3000 high
const SCAN = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3]
const END = [0xff, 0xd9]
const jpeg = (...parts: number[][]) => Uint8Array.from([0xff, 0xd8, ...parts.flat()])
const png = (...chunks: [string, number[]][]) => {
  const chunk = ([name, data]: [string, number[]]) => [0, 0, data.length >> 8, data.length & 255, ...[...name].map((c) => c.charCodeAt(0)), ...data, 0, 0, 0, 0] // prettier-ignore
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...chunks.flatMap(chunk)])
}
const HEADER: [string, number[]] = ['IHDR', [0, 0, 0, 40, 0, 0, 0, 30, 8, 2, 0, 0, 0]]
const trouble = (bytes: Uint8Array) => {
  try {
    return readImage(bytes)
  } catch (error) {
    return error instanceof PhotoRefused ? error.trouble : error
  }
}

describe('a photo’s bytes', () => {
  it('tell size, EXIF and orientation, in either byte order', () => {
    for (const little of [true, false]) {
      const facts = readImage(jpeg(exif(6, little), SIZE, SCAN, END))
      expect(facts).toMatchObject({ type: 'image/jpeg', width: 4000, height: 3000, orientation: 6 })
      expect([...facts.exif!]).toEqual(exif(6, little))
    }
  })
  it('count as upright where the orientation is missing or invalid', () => {
    expect(readImage(jpeg(SIZE, SCAN, END))).toMatchObject({ orientation: 1, exif: null })
    expect(readImage(jpeg(exif(0), SIZE, SCAN, END))).toMatchObject({ orientation: 1 })
    expect(readImage(jpeg(exif(9), SIZE, SCAN, END))).toMatchObject({ orientation: 1 })
  })
  it('are refused when they are cut off, wherever that is', () => {
    const whole = jpeg(exif(1), SIZE, SCAN, END)
    for (let length = 4; length < whole.length; length++) {
      expect(trouble(whole.slice(0, length)), `cut at ${length}`).toBe('photo_truncated')
    }
    expect(readImage(Uint8Array.from([...whole, 0, 0, 7]))).toMatchObject({ width: 4000 })
  })
  it('are known by content, not by name', () => {
    expect(trouble(new Uint8Array())).toBe('photo_empty')
    expect(trouble(new TextEncoder().encode('<svg onload="alert(1)"/>'))).toBe('photo_not_image')
    expect(readImage(png(HEADER))).toMatchObject({ type: 'image/png', width: 40, height: 30, orientation: 1 })
  })
  it('of a PNG keep their orientation too', () => {
    const facts = readImage(png(HEADER, ['eXIf', exif(8).slice(10)], ['IDAT', [0]]))
    expect(facts).toMatchObject({ orientation: 8 })
    expect([...facts.exif!]).toEqual(exif(8))
  })
})

describe('the evidence copy', () => {
  it('carries the original’s EXIF, upright', () => {
    const facts = readImage(jpeg(exif(6), SIZE, SCAN, END))
    const before = [...facts.exif!]
    const copy = readImage(withExif(jpeg(SIZE, SCAN, END), facts.exif!))
    expect(copy).toMatchObject({ orientation: 1, width: 4000 })
    const changed = before.map((byte, i) => (byte === copy.exif![i] ? -1 : i)).filter((i) => i >= 0)
    expect(changed).toHaveLength(1)
    expect([...facts.exif!]).toEqual(before)
  })
  it('fits the square after turning, and is never enlarged', () => {
    const facts = readImage(jpeg(exif(6), SIZE, SCAN, END))
    expect(fitWithin(facts, 1600)).toEqual({ width: 1200, height: 1600 })
    expect(fitWithin({ ...facts, orientation: 1 }, 1600)).toEqual({ width: 1600, height: 1200 })
    expect(fitWithin(facts, 9000)).toEqual({ width: 3000, height: 4000 })
  })
})
