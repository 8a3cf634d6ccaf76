import { transformSync } from '@babel/core'
import toSystem from '@babel/plugin-transform-modules-systemjs'
import type { Plugin } from 'vite'
import { LOADER_FILE, readLoader } from './loader.mjs'

/** Salts the names of the files: a module put another way is another file to a phone that keeps files by their names. */
const FORM = 'system 1'

/**
 * Modules as classic scripts, loaded by SystemJS.
 *
 * Chromium keeps the compiled code of classic scripts that a service worker has put by, and of modules never: a cheap phone would
 * parse and compile all of them again at every start (docs/decisions/0028).
 */
export const classicScripts = (): Plugin => ({
  name: 'wangge-classic-scripts',
  apply: 'build',
  augmentChunkHash: () => FORM,
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      this.emitFile({ type: 'asset', fileName: LOADER_FILE, source: readLoader() })
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = asClassic(file.code)
        else if (file.fileName.endsWith('.html')) file.source = withLoader(String(file.source))
      }
    },
  },
})

/** SystemJS resolves in its own time, the platform at once: what asks for the latter goes by the module's address, as it can. */
const withoutResolve = (code: string) => code.replaceAll('import.meta.resolve', 'undefined')

const asClassic = (code: string): string =>
  transformSync(withoutResolve(code), {
    plugins: [toSystem],
    compact: true,
    comments: false,
    babelrc: false,
    configFile: false,
  })!.code!

const ENTRY = /<script( async)? type="module" crossorigin (src="[^"]*")><\/script>/
const AHEAD = /<link rel="modulepreload" crossorigin (href="[^"]*")>/g

/** The page's module as the loader finds it, and the loader behind it. */
function withLoader(html: string): string {
  if (!ENTRY.test(html)) throw new Error('a page of the build has no module to begin with')
  return html
    .replace(
      ENTRY,
      (_, isAsync: string | undefined, src: string) =>
        `<script type="systemjs-module" ${src}></script>\n    <script ${isAsync ? 'async' : 'defer'} src="/${LOADER_FILE}"></script>`,
    )
    .replace(AHEAD, '<link rel="preload" as="script" $1>')
}
