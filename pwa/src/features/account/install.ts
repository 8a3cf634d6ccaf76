/** The browser's own offer to add the app to the home screen, kept for when the person wants it. */
import { shallowRef } from 'vue'

interface InstallEvent extends Event {
  prompt(): Promise<unknown>
}

export const installPrompt = shallowRef<(() => void) | null>(null)

addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault()
  installPrompt.value = () => {
    installPrompt.value = null
    void (event as InstallEvent).prompt()
  }
})
