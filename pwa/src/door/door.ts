/**
 * The door while the app behind it is still being read: a few KB, so that she types her PIN at once, and it is stretched while a cheap
 * phone takes up the rest. The app goes on from there: with what the door has opened, or with the digits typed so far (LockScreen.vue).
 */
import { device } from '@/local/deviceStore'
import { beginFirstRead } from '@/local/firstRead'
import { readVault, unlockWithPin, type Unlocked, type Vault } from '@/local/vault'
import { chosenLanguage } from '@/modules/chosenLanguage'
import { doorNote, lastAccount, noteDoor, type DoorNote } from '@/modules/lastAccount'
import { afterPaint } from '@/shared/paint'
import { button, element } from './elements'
import icon from './icon.png?inline'
import { makePinPad, type PinPad } from './pinPad'
import { DOOR_WORDS } from './words'

/** What she did at the door. */
export interface AtDoor {
  typed: string
  /** A PIN was given; what came of it. */
  tried: Promise<Unlocked> | null
  wants: 'forgotten' | 'other' | null
}

const NOTHING: AtDoor = { typed: '', tried: null, wants: null }

let standing: { main: HTMLElement; pad: PinPad; done: AtDoor } | null = null
let pinIsGiven: () => void
/** From then on nothing is held back for the sake of what is on the screen. */
const givenPin = new Promise<void>((given) => (pinIsGiven = given))

/** Put up the door of whoever was last at work here, where a PIN stands before her store. Resolves when it has been painted, or opened. */
export async function putUpDoor(): Promise<void> {
  const accountId = lastAccount()
  if (!accountId) return
  const known = doorNote(accountId)
  device.open()
  if (known) beginFirstRead(accountId)
  await pageIsThere()
  if (!known) return checkDoor(accountId, null)
  stand(known)
  await Promise.race([afterPaint(), givenPin])
  checkDoor(accountId, known).catch(() => undefined) // the app tells of a store that cannot be read
}

/** The vault says whether the door is the right one. */
async function checkDoor(accountId: string, known: DoorNote | null): Promise<void> {
  const note = noteOf(accountId, await readVault(device, accountId))
  if (JSON.stringify(note) === JSON.stringify(known)) return
  noteDoor(note)
  // The app has taken over, or a PIN is being tried: it is tried on the vault as it is now.
  if (known && (!standing || standing.done.tried)) return
  takeDoorAway()
  if (note) stand(note)
}

const noteOf = (account_id: string, vault: Vault | undefined): DoorNote | null =>
  vault?.pin && !vault.bare
    ? { account_id, label: vault.label, salt: [...vault.pin.salt], rounds: vault.pin.rounds }
    : null

function stand({ account_id, label, ...stretching }: DoorNote): void {
  const words = DOOR_WORDS[chosenLanguage()]
  const done = { ...NOTHING }
  const busy = element('p', 'wg-hidden')
  busy.setAttribute('role', 'status')
  const pad = makePinPad({ ...words, yes: words.open }, (pin) => {
    busy.textContent = words.busy
    busy.className = 'wg-lock__busy'
    main.ariaBusy = 'true'
    pad.setOff(true)
    done.tried = unlockWithPin(device, account_id, pin, Date.now(), stretching)
    // Whoever takes it up hears of it.
    done.tried.catch(() => undefined)
    pinIsGiven()
  })
  const want = (what: AtDoor['wants']) => () => {
    done.wants = what
    pad.setOff(true)
  }
  const image = element('img')
  Object.assign(image, { src: icon, alt: '', width: 56, height: 56 })
  const main = element(
    'main',
    'wg-lock',
    element('header', '', image, element('p', 'wg-lock__label', label)),
    element('h1', '', words.enter),
    busy,
    pad.element,
    element(
      'footer',
      '',
      button('wg-link', words.forgotten, want('forgotten')),
      button('wg-link', words.other, want('other')),
    ),
  )
  main.dataset.lock = 'unlock'
  document.body.append(main)
  standing = { main, pad, done }
}

/** This script does not wait for the page to be read to its end; where there is a body, the door can stand in it. */
const pageIsThere = async () => {
  if (document.body) return
  await new Promise((done) => document.addEventListener('DOMContentLoaded', done, { once: true }))
}

/** The PIN that was given at the door, and what comes of it; null while none was. */
export const triedAtDoor = (): Promise<Unlocked> | null => standing?.done.tried ?? null

/** Take the door away; gives what she did there. */
export function takeDoorAway(): AtDoor {
  if (!standing) return NOTHING
  const { main, pad, done } = standing
  standing = null
  const { typed } = pad
  pad.remove()
  main.remove()
  return { ...done, typed }
}

/** The app itself could not be read: say so, in place of an empty page. */
export function sayNotLoaded(): void {
  takeDoorAway()
  const words = DOOR_WORDS[chosenLanguage()]
  const note = element('p', 'wg-note wg-note--bad', words.notLoaded)
  note.setAttribute('role', 'alert')
  const again = button('wg-link', words.reload, () => location.reload())
  document.body.append(element('main', 'wg-body', note, again))
}
