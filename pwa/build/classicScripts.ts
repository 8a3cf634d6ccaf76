import { transformSync } from '@babel/core'
import toSystem from '@babel/plugin-transform-modules-systemjs'
import type { Plugin, Rolldown } from 'vite'
import { atHand, LOADER_VERSION, readLoader, startOf } from './loader.mjs'

/** Salts the names of the files: a module put another way is another file to a phone that keeps files by their names. */
const FORM = `system ${LOADER_VERSION} 2`

/**
 * Modules as classic scripts, loaded by SystemJS.
 *
 * Chromium keeps the compiled code of classic scripts that a service worker has put by, and of modules never: a cheap phone would
 * parse and compile all of them again at every start (docs/decisions/0028). The loader and what a page begins with are one file.
 *
 * @param behindDoor by page: modules that it imports when its door stands; their scripts are read meanwhile, their styles are the page's
 */
export const classicScripts = (behindDoor: Record<string, string[]>): Plugin => ({
  name: 'wangge-classic-scripts',
  apply: 'build',
  augmentChunkHash: () => FORM,
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const files = Object.values(bundle)
      for (const file of files) if (file.type === 'chunk') file.code = asClassic(file.code)
      for (const file of files) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.html')) continue
        const html = String(file.source)
        const entry = bundle[entryOf(html)] as Rolldown.OutputChunk
        this.emitFile({ type: 'asset', fileName: startOf(entry.fileName), source: start(entry, bundle) })
        const ahead = filesOf(behindDoor[file.fileName] ?? [], bundle).filter(
          (name) => !atHand(entry.fileName, entry.imports).includes(name),
        )
        file.source = withStyles(withAhead(withStart(html), ahead), bundle)
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

/** The loader, and at hand for it a page's first module with what it imports: a file less is felt on a cheap phone. */
function start(entry: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): string {
  const modules = atHand(entry.fileName, entry.imports).map((name) => {
    const { code } = bundle[name] as Rolldown.OutputChunk
    if (!code.startsWith('System.register(')) throw new Error(`${name} is not what the loader reads`)
    return code.replace('System.register(', `keep("/${name}",`)
  })
  return `${readLoader()}
(function(){
var kept={},loader=System.constructor.prototype,instantiate=loader.instantiate;
loader.instantiate=function(url,parent){return kept[new URL(url).pathname]||instantiate.call(this,url,parent)};
function keep(name,imports,declare){kept[name]=[imports,declare]}
${modules.join('\n')}
})();`
}

/** The scripts and styles of some modules, with those they import. */
function filesOf(modules: string[], bundle: Rolldown.OutputBundle): string[] {
  const chunks = Object.values(bundle).filter((file): file is Rolldown.OutputChunk => file.type === 'chunk')
  const found = new Set<Rolldown.OutputChunk>()
  const take = (chunk: Rolldown.OutputChunk) => {
    if (found.has(chunk)) return
    found.add(chunk)
    for (const next of chunks) if (chunk.imports.includes(next.fileName)) take(next)
  }
  for (const module of modules) {
    const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${module}`))
    if (!chunk) throw new Error(`${module} begins no file of the build`)
    take(chunk)
  }
  return [...found].flatMap((chunk) => [chunk.fileName, ...(chunk.viteMetadata?.importedCss ?? [])])
}

const ENTRY = /<script( async)? type="module" crossorigin src="\/([^"]*)"><\/script>/
const AHEAD = /\s*<link rel="modulepreload" crossorigin href="([^"]*)">/g
const STYLES = /<link rel="stylesheet" crossorigin href="\/([^"]*)">/g

function entryOf(html: string): string {
  const [, , entry] = ENTRY.exec(html) ?? []
  if (!entry) throw new Error('a page of the build has no module to begin with')
  return entry
}

/** The page's module as the loader finds it, and the loader behind it. */
const withStart = (html: string) =>
  html
    .replace(
      ENTRY,
      (_, isAsync: string | undefined, entry: string) =>
        `<script type="systemjs-module" src="/${entry}"></script>\n    <script ${isAsync ? 'async' : 'defer'} src="/${startOf(entry)}"></script>`,
    )
    .replace(AHEAD, '')

function withAhead(html: string, files: string[]): string {
  const links = files
    .filter((name) => !html.includes(`"/${name}"`))
    .map((name) =>
      name.endsWith('.css')
        ? `<link rel="stylesheet" crossorigin href="/${name}">`
        : `<link rel="preload" as="script" href="/${name}">`,
    )
  return html.replace('</head>', [...links, '</head>'].join('\n    '))
}

/** The page's own styles, within it: the first paint waits for no file. Whoever asks for such a file later finds it there already. */
const withStyles = (html: string, bundle: Rolldown.OutputBundle) =>
  html.replace(STYLES, (link, name: string) => {
    const { source } = bundle[name] as Rolldown.OutputAsset
    return `<style>${String(source)}</style>${link.replace('>', ' disabled>')}`
  })
