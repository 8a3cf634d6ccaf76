/** The app behind the door (door/index.ts). */
import { createApp, nextTick } from 'vue'
import App from './App.vue'
import { takeDoorAway, triedAtDoor } from './door/door'
import { chosenLanguage } from './modules/chosenLanguage'
import { errors, noteSurprise } from './modules/errors'
import { gate } from './modules/gate'
import { fieldI18n } from './modules/language'
import { watchIdle } from './modules/lock'
import { pwa } from './modules/pwa'
import { resumeWork, storeTrouble } from './modules/work'
import { fetchPage, router } from './router'
import './features/account/install'

if (triedAtDoor()) fetchPage()
await Promise.all([
  resumeWork(fieldI18n.language).catch((error: unknown) => {
    noteSurprise(error)
    storeTrouble.value ??= { kind: 'cannot_open', rescue: null }
  }),
  chosenLanguage() === 'en' ? fieldI18n.useLanguage('en') : Promise.resolve(),
])
watchIdle()
createApp(App).use(errors).use(fieldI18n).use(router).use(pwa).mount('#app')
// What is behind the door is there before it goes; the lock screen takes it away itself.
void router
  .isReady()
  .catch(() => undefined)
  .then(() => nextTick())
  .then(() => gate.value || takeDoorAway())
