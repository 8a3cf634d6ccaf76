// Exit 0 when node_modules holds what package-lock.json asks for, 1 when npm ci is needed.
import { readFileSync } from 'node:fs'

const read = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return {}
  }
}
const locked = Object.entries(read('package-lock.json')).filter(([path]) => path.includes('node_modules/'))
const installed = read('node_modules/.package-lock.json')
const fits = ([path, { version, link, optional }]) =>
  installed[path] ? link || installed[path].version === version : optional

process.exit(locked.length > 0 && locked.every(fits) ? 0 : 1)
