import { createApp } from 'vue'
import App from './App.vue'
import './modules/look'
import { errors, noteSurprise } from './modules/errors'
import { chosenLanguage } from './modules/i18n'
import { fieldI18n } from './modules/language'
import { watchIdle } from './modules/lock'
import { pwa } from './modules/pwa'
import { resumeWork, storeTrouble } from './modules/work'
import { router } from './router'
import './features/account/install'
import './shared/ui/theme.css'

// The page's own code comes while the store opens.
for (const { components } of router.resolve(location.pathname).matched) {
  const page = components?.default
  if (typeof page === 'function') (page as () => Promise<unknown>)().catch(() => undefined)
}
await Promise.all([
  resumeWork(fieldI18n.language).catch((error: unknown) => {
    noteSurprise(error)
    storeTrouble.value ??= { kind: 'cannot_open', rescue: null }
  }),
  chosenLanguage() === 'en' ? fieldI18n.useLanguage('en') : Promise.resolve(),
])
watchIdle()
createApp(App).use(errors).use(fieldI18n).use(router).use(pwa).mount('#app')
