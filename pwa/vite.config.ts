import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { classicScripts } from './build/classicScripts'
import { filesOfEntry } from './build/fieldFiles.mjs'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const { version } = JSON.parse(readFileSync(here('./package.json'), 'utf8')) as { version: string }

/** The desk answers under /console with its own page, in development as on the server. */
function consoleEntry(): Plugin {
  const rewrite = (request: { url?: string }, _: unknown, next: () => void) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (path === '/console' || (path.startsWith('/console/') && !path.includes('.'))) request.url = '/console.html'
    next()
  }
  return {
    name: 'wangge-console-entry',
    configureServer: (server) => void server.middlewares.use(rewrite),
    configurePreviewServer: (server) => void server.middlewares.use(rewrite),
  }
}

export default defineConfig({
  define: {
    __APP_VERSION__: JSON.stringify(version),
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    // Ours is a few lines (modules/i18n.ts), and a phone pays for every line at every start.
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'true',
  },
  resolve: { alias: { '@': here('./src') } },
  plugins: [
    vue(),
    consoleEntry(),
    classicScripts(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'sw',
      filename: 'sw.ts',
      injectRegister: false,
      manifest: {
        id: '/',
        name: '潍坊劳动保障网格巡查',
        short_name: '网格巡查',
        description: '劳动保障网格化巡查：离线也能用',
        lang: 'zh-CN',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        orientation: 'portrait',
        background_color: '#f3f5f4',
        theme_color: '#0b5563',
        icons: [
          { src: '/icons/wangge-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icons/wangge-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icons/wangge-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
      injectManifest: {
        globPatterns: ['index.html', 'assets/**'],
        globIgnores: ['**/*.map'],
        maximumFileSizeToCacheInBytes: 5_000_000,
        manifestTransforms: [
          (entries) => {
            const { all } = filesOfEntry(
              JSON.parse(readFileSync(here('./dist/.vite/manifest.json'), 'utf8')),
              'index.html',
            )
            const kept = entries.filter(({ url }) => !url.startsWith('assets/') || all.has(url) || /worker/i.test(url))
            return { manifest: kept, warnings: [] }
          },
        ],
      },
    }),
  ],
  worker: { format: 'es' },
  build: {
    target: ['chrome109', 'safari16.4'],
    manifest: true,
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
    modulePreload: {
      // The browsers that lack it load the same files a little later.
      polyfill: false,
      // Named one by one in the page, the scripts of a chunk cost a cheap phone more than finding them by their imports.
      resolveDependencies: () => [],
    },
    rolldownOptions: {
      input: { index: here('./index.html'), console: here('./console.html') },
      // A few files instead of forty small ones: a cheap phone pays for each of them at every start.
      output: {
        codeSplitting: {
          groups: [
            // What the door needs, and it alone: it stands before the rest is read.
            {
              name: 'door',
              priority: 4,
              test: /vite\/preload-helper|pwa\/src\/(door\/(door|pinPad|elements|words|icon)|local\/(deviceStore|firstRead|names|vault|pin)|modules\/(keptLook|lastAccount)|shared\/paint)\b/,
            },
            { name: 'vue', priority: 3, test: /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify)\// },
            {
              name: 'common',
              priority: 2,
              test: /pwa\/src\/(modules\/(errors|i18n)|shared\/(geo|ids|time)|api\/problems)\./,
            },
            {
              name: 'field',
              priority: 1,
              test: /pwa\/src\/(App|router|modules\/(work|language|lock|holds|pwa|position|space)|features\/(patrols\/TodayPage|account\/install))\./,
            },
            {
              name: 'lists',
              priority: 0,
              test: /pwa\/src\/(features\/employers\/(EmployersPage|useEmployers|overdue|search)|shared\/ui\/(VirtualRows|ChoiceChips))\b/,
            },
          ],
        },
      },
    },
  },
  server: { port: 5173, proxy: { '/api': process.env.WANGGE_API ?? 'http://127.0.0.1:8700' } },
})
