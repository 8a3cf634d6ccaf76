/** The loader of classic scripts (SystemJS), and what comes in one file with it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)

/** @type {string} */
export const LOADER_VERSION = JSON.parse(readFileSync(resolve('systemjs/package.json'), 'utf8')).version

export const readLoader = () =>
  readFileSync(resolve('systemjs/dist/s.min.js'), 'utf8').replace(/\n?\/\/# sourceMappingURL=.*/, '')

/**
 * By page: the modules that its door and its first pages begin with. They, and all that they import, are one file.
 *
 * @type {Record<string, string[] | undefined>}
 */
export const BEHIND_DOOR = {
  'index.html': ['src/main.ts', 'src/local/cipher.ts', 'src/features/employers/EmployersPage.vue'],
}

/** @param {string} entry the file of a page's first module */
export const behindOf = (entry) => entry.replace(/\.js$/, '.behind.js')

/** @param {string} entry the file of a page's first module */
export const startOf = (entry) => entry.replace(/\.js$/, '.start.js')

/**
 * The modules that come with the loader: a page's first one, and the one it imports where that is all it imports.
 *
 * @param {string} entry
 * @param {string[]} imports
 */
export const atHand = (entry, imports) => [entry, ...(imports.length === 1 ? imports : [])]
