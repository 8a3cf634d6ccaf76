// What a phone loads before it shows the first page: the field entry's JavaScript and CSS, gzipped, without the map.
//
//   node scripts/shell-size.mjs [BAR_KB]     prints the files and their sum; fails when the sum is above the bar
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { filesOfEntry } from '../build/fieldFiles.mjs'

const dist = new URL('../dist/', import.meta.url)

/** @returns {{ kb: number, files: { file: string, kb: number }[] }} sizes in KB of 1024 bytes, gzip level 9 */
export function shellSize() {
  const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
  const files = [...filesOfEntry(manifest, 'index.html').first].map((file) => ({
    file,
    kb: gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024,
  }))
  return { kb: files.reduce((sum, { kb }) => sum + kb, 0), files: files.sort((a, b) => b.kb - a.kb) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { kb, files } = shellSize()
  for (const { file, kb: size } of files) console.log(`${size.toFixed(1).padStart(7)} KB  ${file}`)
  console.log(`${kb.toFixed(1).padStart(7)} KB  field shell, gzip`)
  const bar = Number(process.argv[2] ?? Infinity)
  if (kb > bar) {
    console.error(`The field shell is ${(kb - bar).toFixed(1)} KB above the bar of ${bar} KB.`)
    process.exit(1)
  }
}
