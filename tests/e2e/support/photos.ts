/** Photos to attach, and a second opinion (Pillow's) on what became of them. */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, type TestServer } from '../../support/server'

const PYTHON = join(ROOT, '.venv/bin/python')
const SCRIPT = join(import.meta.dirname, 'photos.py')

export interface PhotoFacts {
  format: string
  width: number
  height: number
  make: string | null
  orientation: number | null
  taken: string | null
  gps: Record<string, string>
  marked_top_left: boolean
}

/** Draw the photos into a folder. */
export function makePhotos(folder: string): { upright: string; lying: string } {
  execFileSync(PYTHON, [SCRIPT, 'make', folder])
  return { upright: join(folder, 'upright.jpg'), lying: join(folder, 'lying.jpg') }
}

export const readPhotos = (...files: string[]) =>
  JSON.parse(execFileSync(PYTHON, [SCRIPT, 'read', ...files]).toString()) as PhotoFacts[]

export const sha256OfFile = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Where the server keeps a file of evidence. */
export const storedFile = (server: TestServer, sha256: string) =>
  join(server.dataDir, 'evidence/store', sha256.slice(0, 2), sha256.slice(2, 4), sha256)

export const fixtureImage = (name: string) => join(ROOT, 'tests/fixtures/images', name)
