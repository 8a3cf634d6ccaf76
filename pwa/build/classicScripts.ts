import { transformSync } from '@babel/core'
import toSystem from '@babel/plugin-transform-modules-systemjs'
import type { Plugin, Rolldown } from 'vite'
import { LOADER_FILE, readLoader } from './loader.mjs'

/** Salts the names of the files: a module put another way is another file to a phone that keeps files by their names. */
const FORM = 'system 1'

/**
 * Modules as classic scripts, loaded by SystemJS.
 *
 * Chromium keeps the compiled code of classic scripts that a service worker has put by, and of modules never: a cheap phone would
 * parse and compile all of them again at every start (docs/decisions/0028).
 *
 * @param ahead by page: modules that it imports when it is ready; their files are read while it gets ready
 */
export const classicScripts = (ahead: Record<string, string[]>): Plugin => ({
  name: 'wangge-classic-scripts',
  apply: 'build',
  augmentChunkHash: () => FORM,
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      this.emitFile({ type: 'asset', fileName: LOADER_FILE, source: readLoader() })
      const files = Object.values(bundle)
      const chunks = files.filter((file): file is Rolldown.OutputChunk => file.type === 'chunk')
      for (const file of files) {
        if (file.type === 'chunk') file.code = asClassic(file.code)
        else if (file.fileName.endsWith('.html'))
          file.source = withLoader(String(file.source), filesOf(ahead[file.fileName] ?? [], chunks))
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

/** The scripts and styles of some modules, with those they import. */
function filesOf(modules: string[], chunks: Rolldown.OutputChunk[]): string[] {
  const found = modules.map((module) => {
    const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${module}`))
    if (!chunk) throw new Error(`${module} begins no file of the build`)
    return [chunk, ...chunks.filter(({ fileName }) => chunk.imports.includes(fileName))]
  })
  return [...new Set(found.flat())].flatMap((chunk) => [chunk.fileName, ...(chunk.viteMetadata?.importedCss ?? [])])
}

const ENTRY = /<script( async)? type="module" crossorigin src="([^"]*)"><\/script>/
const AHEAD = /<link rel="modulepreload" crossorigin href="([^"]*)">/g
const readAhead = (url: string) =>
  url.endsWith('.css')
    ? `<link rel="stylesheet" crossorigin href="${url}">`
    : `<link rel="preload" as="script" href="${url}">`

/** The page's module as the loader finds it, and the loader behind it. */
function withLoader(html: string, ahead: string[]): string {
  const [entry, isAsync, src] = ENTRY.exec(html) ?? []
  if (!entry) throw new Error('a page of the build has no module to begin with')
  const links = ahead.map((file) => `/${file}`).filter((url) => !html.includes(url))
  const scripts = [
    `<script type="systemjs-module" src="${src}"></script>`,
    `<script ${isAsync ? 'async' : 'defer'} src="/${LOADER_FILE}"></script>`,
    readAhead(src!),
  ]
  return html
    .replace(entry, scripts.join('\n    '))
    .replace(AHEAD, (_, url: string) => readAhead(url))
    .replace('</head>', [...links.map(readAhead), '</head>'].join('\n    '))
}
