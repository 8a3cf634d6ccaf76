/** The service worker and what it has to say: a new version is ready, or offline use is not to be had. */
import { shallowRef } from 'vue'
import { afterFirstLook } from '@/shared/paint'

/** A new version waits until the person lets it in; null when there is none. */
export const newVersion = shallowRef<(() => void) | null>(null)
/** Why the app cannot start without a network here; null when it can, or when nobody knows yet. */
export const offlineTrouble = shallowRef<string | null>(null)
/** True once the app's own files are on this phone. */
export const offlineReady = shallowRef(false)

export const pwa = {
  install() {
    if (!import.meta.env.PROD) return
    if (!('serviceWorker' in navigator)) {
      offlineTrouble.value = 'unsupported'
      return
    }
    // Neither is of use to the first page, and a slowed phone would take a tenth of its start for them.
    void afterFirstLook().then(() => {
      tellManifest()
      void register()
    })
  },
}

/** What the browser installs the app by; the build leaves the link out of the page (build/classicScripts.ts). */
function tellManifest(): void {
  const link = document.createElement('link')
  Object.assign(link, { rel: 'manifest', href: '/manifest.webmanifest' })
  document.head.append(link)
}

async function register() {
  try {
    const registration = await navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' })
    const offer = (worker: ServiceWorker) => {
      newVersion.value = () => {
        navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
        worker.postMessage({ type: 'take_over' })
      }
    }
    if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting)
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing
      worker?.addEventListener('statechange', () => {
        if (worker.state === 'installed' && navigator.serviceWorker.controller) offer(worker)
      })
    })
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && navigator.onLine) void registration.update().catch(() => undefined)
    })
    await navigator.serviceWorker.ready
    offlineReady.value = true
  } catch (error) {
    offlineTrouble.value = error instanceof Error ? error.message : String(error)
  }
}
