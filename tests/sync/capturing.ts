/** What a simulated person's phone binds to a capture, and the photos and notes she takes: bytes of chance that begin like a JPEG. */
import { createHash } from 'node:crypto'
import { readMeta, type LocalDb } from '@/local/db'
import type { Capture } from '@/local/outbox'
import type { PreparedNote, PreparedPhoto } from '@/local/photos'
import type { Chance } from './random'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

export async function captureOf(db: LocalDb, device_id: string, nowMs: number): Promise<Capture> {
  const server_offset_ms = (await readMeta<number>(db, 'server_offset_ms')) ?? null
  return {
    device_id,
    captured_at: new Date(nowMs).toISOString(),
    binding: { server_offset_ms, position: null, network: 'wifi', battery: 0.5, app_version: 'simulation' },
  }
}

function fileOf(chance: Chance, size: number): { buffer: ArrayBuffer; sha256: string } {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i += 4) new DataView(bytes.buffer).setUint32(Math.min(i, size - 4), chance.next() * 2 ** 32)
  bytes.set([0xff, 0xd8, 0xff, 0xe0])
  return { buffer: bytes.buffer, sha256: sha256(bytes) }
}

/** A photo as the worker would hand it over; sizes in bytes. */
export function photoOf(chance: Chance, sizes: { copy: number; original: number }): PreparedPhoto {
  return {
    copy: { ...fileOf(chance, sizes.copy), width: 8, height: 8 },
    original: { ...fileOf(chance, sizes.original), type: 'image/jpeg' },
    preview: fileOf(chance, 300).buffer,
  }
}

/** A recording as the recorder would hand it over: bytes of chance that begin like a WebM. */
export function noteOf(chance: Chance, size: number): PreparedNote {
  const { buffer } = fileOf(chance, size)
  const head = Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d4287810442858102', 'hex')
  new Uint8Array(buffer).set(head)
  return { buffer, sha256: sha256(new Uint8Array(buffer)), medium: 'audio', media_type: 'audio/webm', seconds: 3 }
}
