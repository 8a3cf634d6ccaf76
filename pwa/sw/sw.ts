/// <reference lib="webworker" />
/**
 * Keeps the field app on the phone. It answers for the app's own files and for its pages, and for nothing else: what the
 * API says is kept by the app itself, per person, and the desk is never here.
 */
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
  type PrecacheEntry,
} from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] }

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), {
    denylist: [/^\/api(\/|$)/, /^\/console(\/|$|\.html)/, /\/[^/?]+\.[^/]+$/],
  }),
)

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'take_over') void self.skipWaiting()
})
