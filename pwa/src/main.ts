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

await Promise.all([
  resumeWork(fieldI18n.language).catch((error: unknown) => {
    noteSurprise(error)
    storeTrouble.value ??= { kind: 'cannot_open', rescue: null }
  }),
  chosenLanguage() === 'en' ? fieldI18n.useLanguage('en') : Promise.resolve(),
])
watchIdle()
createApp(App).use(errors).use(fieldI18n).use(router).use(pwa).mount('#app')
