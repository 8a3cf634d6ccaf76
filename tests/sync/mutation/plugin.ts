/**
 * Loads our own modules a second time with a bug in them: `story.ts?mutant=early_ack` is the same story over an app that has
 * that bug, beside the sound one. The query is handed down to everything that such a module imports from us.
 */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Plugin } from 'vite'
import { applied } from './applying.ts'
import { APP_MUTANTS } from './mutants.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const OURS = [resolve(ROOT, 'pwa/src'), resolve(ROOT, 'tests')]
const QUERY = /\?mutant=(\w+)$/

export function mutantModules(): Plugin {
  return {
    name: 'wangge-mutants',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      const name = QUERY.exec(importer ?? '')?.[1]
      if (!name || !importer || QUERY.test(source)) return null
      const found = await this.resolve(source, importer.replace(QUERY, ''), { ...options, skipSelf: true })
      if (!found || found.external || !OURS.some((folder) => found.id.startsWith(folder))) return found
      return `${found.id.replace(/\?.*$/, '')}?mutant=${name}`
    },
    load(id) {
      const name = QUERY.exec(id)?.[1]
      if (!name) return null
      const path = id.replace(QUERY, '')
      const text = readFileSync(path, 'utf8')
      const mutant = APP_MUTANTS.find((one) => one.name === name)
      return mutant ? applied(mutant, relative(ROOT, path), text) : text
    },
  }
}
