import { transformSync } from '@babel/core'
import toSystem from '@babel/plugin-transform-modules-systemjs'
import { minifySync, type Plugin, type Rolldown } from 'vite'
import { atHand, BEHIND_DOOR, behindOf, LOADER_VERSION, readLoader, startOf } from './loader.mjs'

/** Salts the names of the files: a module put another way is another file to a phone that keeps files by their names. */
const FORM = `system ${LOADER_VERSION} 4`

/**
 * Modules as classic scripts, loaded by SystemJS.
 *
 * Chromium keeps the compiled code of classic scripts that a service worker has put by, and of modules never: a cheap phone would
 * parse and compile all of them again at every start (docs/decisions/0028). The loader and what a page begins with are one file, and
 * what its door imports is another: a phone pays for each file at every start.
 */
export const classicScripts = (): Plugin => ({
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
        const inStart = atHand(entry.fileName, entry.imports)
        const behind = filesOf(BEHIND_DOOR[file.fileName] ?? [], bundle).filter((name) => !inStart.includes(name))
        const scripts = behind.filter((name) => name.endsWith('.js'))
        const styles = behind.filter((name) => name.endsWith('.css'))
        const together = scripts.length ? [behindOf(entry.fileName)] : []
        for (const fileName of together)
          this.emitFile({
            type: 'asset',
            fileName,
            source: `(function(keep){\n${kept(scripts, bundle)}\n})(System.keep)`,
          })
        const source = `${start(scripts, together[0])}\n(function(keep){\n${kept(inStart, bundle)}\n})(System.keep)`
        this.emitFile({ type: 'asset', fileName: startOf(entry.fileName), source })
        file.source = withStyles(withAhead(withStart(withoutManifest(html)), [...together, ...styles]), bundle)
      }
    },
  },
})

/** SystemJS resolves in its own time, the platform at once: what asks for the latter goes by the module's address, as it can. */
const withoutResolve = (code: string) => code.replaceAll('import.meta.resolve', 'undefined')

/** Babel prints at length what was short: it is shortened once more. */
function asClassic(code: string): string {
  const long = transformSync(withoutResolve(code), {
    plugins: [toSystem],
    compact: true,
    comments: false,
    babelrc: false,
    configFile: false,
  })!.code!
  const { code: short, errors } = minifySync('classic.js', long, { module: false })
  if (errors.length) throw new Error(errors[0]!.message)
  return short
}

/** The loader; modules that were kept are at hand for it, and what is behind the door comes in one file when the first of it is asked for. */
const start = (behind: string[], file: string | undefined): string => `${readLoader()}
(function(){
var kept={},behind=${JSON.stringify(behind.map((name) => `/${name}`))},file=${JSON.stringify(file ? `/${file}` : null)},reading;
var loader=System.constructor.prototype,instantiate=loader.instantiate;
loader.instantiate=function(url,parent){
var name=new URL(url).pathname;
if(kept[name])return kept[name];
if(behind.indexOf(name)<0)return instantiate.call(this,url,parent);
return(reading=reading||read()).then(function(){return kept[name]})
};
System.keep=function(name,imports,declare){kept[name]=[imports,declare]};
function read(){return new Promise(function(done,fail){
var script=document.createElement('script');
script.src=file;
script.onload=done;
script.onerror=function(){reading=null;fail(new Error(file+' could not be read'))};
document.head.append(script)
})}
})();`

const kept = (names: string[], bundle: Rolldown.OutputBundle): string =>
  names
    .map((name) => {
      const { code } = bundle[name] as Rolldown.OutputChunk
      if (!code.startsWith('System.register(')) throw new Error(`${name} is not what the loader reads`)
      return code.replace('System.register(', `keep("/${name}",`)
    })
    .join('\n')

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
        `<script type="systemjs-module" src="/${entry}"></script>\n    <script ${isAsync ? 'async blocking="render"' : 'defer'} src="/${startOf(entry)}"></script>`,
    )
    .replace(AHEAD, '')

/** The field app tells its manifest when its first page is there (src/modules/pwa.ts). */
const withoutManifest = (html: string) => html.replace(/\s*<link rel="manifest"[^>]*>/, '')

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
