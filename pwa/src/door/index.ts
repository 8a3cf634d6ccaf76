/** Where the field app begins: first the door, then the app behind it. */
import '@/shared/ui/theme.css'
import './door.css'
import { chosenLanguage } from '@/modules/chosenLanguage'
import { applyLook, keptLook } from '@/modules/keptLook'
import { putUpDoor, sayNotLoaded } from './door'

applyLook(keptLook())
document.documentElement.lang = chosenLanguage()

async function begin() {
  // A store that cannot be read is told of by the app, which has the words for it.
  await putUpDoor().catch(() => undefined)
  await import('../main')
}

begin().catch((error: unknown) => {
  console.error(error)
  sayNotLoaded()
})
