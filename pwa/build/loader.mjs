/** The loader of classic scripts (SystemJS), and the file in which it comes. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)

export const readLoader = () =>
  readFileSync(resolve('systemjs/dist/s.min.js'), 'utf8').replace(/\n?\/\/# sourceMappingURL=.*/, '')

/** @param {string} entry the file of a page's first module */
export const startOf = (entry) => entry.replace(/\.js$/, '.start.js')
