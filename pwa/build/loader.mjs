/** The loader of classic scripts (SystemJS) among the built files. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)
const { version } = JSON.parse(readFileSync(resolve('systemjs/package.json'), 'utf8'))

export const LOADER_FILE = `assets/system-${version}.js`
export const readLoader = () =>
  readFileSync(resolve('systemjs/dist/s.min.js'), 'utf8').replace(/\n?\/\/# sourceMappingURL=.*/, '')
