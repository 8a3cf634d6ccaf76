/// <reference lib="webworker" />
/**
 * Keeps the field app on the phone. It answers for the app's own files and for its pages, and for nothing else: what the
 * API says is kept by the app itself, per person, and the desk is never here.
 *
 * A browser that can is told at installation what it finds in which cache, and then starts without waiting for this script to
 * run (static routing, Chromium 123 and later).
 */
import { cleanupOutdatedCaches, PrecacheController, PrecacheRoute, type PrecacheEntry } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

interface StaticRoute {
  condition: { urlPattern: { pathname: string; search?: string }; requestMode?: RequestMode }
  source: 'network' | { cacheName: string }
}
interface InstallEvent extends ExtendableEvent {
  addRoutes?: (routes: StaticRoute[]) => Promise<void>
}
declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] }

/** The addresses that a start or a reload begins with; any other is answered for by this script. */
const PAGES = ['/', '/map', '/employers', '/outbox', '/me', '/summary']
const PAGE = '/index.html'

const files = new PrecacheController()
files.addToCacheList(self.__WB_MANIFEST)

/** Of this version of the page alone: another one, installed beside it, must not change what is running. */
const PAGES_PREFIX = 'wangge-pages-'
const pagesCache = PAGES_PREFIX + new URL(files.getCacheKeyForURL(PAGE)!).search.replace(/\W+/g, '-')

cleanupOutdatedCaches()
registerRoute(new PrecacheRoute(files))
registerRoute(
  new NavigationRoute(files.createHandlerBoundToURL(PAGE), {
    denylist: [/^\/api(\/|$)/, /^\/console(\/|$|\.html)/, /\/[^/?]+\.[^/]+$/],
  }),
)

self.addEventListener('install', (event: InstallEvent) => event.waitUntil(install(event)))
self.addEventListener('activate', (event) => event.waitUntil(tidy(event)))

async function install(event: InstallEvent): Promise<void> {
  // What a route does not find in its cache is asked of the network: a route is given only for what is there.
  const routed = event.addRoutes?.([
    ...PAGES.map((pathname) => ({
      condition: { urlPattern: { pathname, search: '' }, requestMode: 'navigate' as const },
      source: { cacheName: pagesCache },
    })),
    { condition: { urlPattern: { pathname: '/assets/*' } }, source: { cacheName: files.strategy.cacheName } },
    { condition: { urlPattern: { pathname: '/api/*' } }, source: 'network' },
  ])
  await files.install(event)
  if (!routed) return
  const pages = await caches.open(pagesCache)
  for (const page of PAGES) await pages.put(page, (await files.matchPrecache(PAGE))!)
  await routed
}

async function tidy(event: ExtendableEvent): Promise<void> {
  await files.activate(event)
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES_PREFIX) && name !== pagesCache) await caches.delete(name)
  }
}

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'take_over') void self.skipWaiting()
})
