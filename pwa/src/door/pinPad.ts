/** Twelve large keys under the thumb, so that no keyboard learns the PIN; a real keyboard works as well. */
import { button, element } from './elements'

const LONGEST = 12
const DOTS = 6

export interface PinPadWords {
  /** For a screen reader; `{n}` is how many digits. */
  typed: string
  delete: string
  yes: string
}

export interface PinPad {
  readonly element: HTMLElement
  /** The digits so far. */
  readonly typed: string
  say(words: PinPadWords): void
  /** Off: no key does anything, and what was typed is gone. */
  setOff(isOff: boolean): void
  /** Listens no more, and leaves the page. */
  remove(): void
}

export function makePinPad(words: PinPadWords, done: (pin: string) => void, typed = ''): PinPad {
  let isOff = false
  const dots = element('p', 'wg-pad__dots')
  dots.setAttribute('role', 'status')
  const digit = (n: string) => button('', n, () => press(n))
  const erase = button('wg-pad__word', '', () => press('Backspace'))
  const yes = button('wg-pad__word wg-pad__yes', '', () => press('Enter'))
  const keys = [...[...'123456789'].map(digit), erase, digit('0'), yes]
  const whole = element('div', 'wg-pad', dots, element('div', 'wg-pad__keys', ...keys))

  function draw() {
    dots.setAttribute('aria-label', words.typed.replace('{n}', String(typed.length)))
    dots.replaceChildren(
      ...Array.from({ length: Math.max(DOTS, typed.length) }, (_, n) => element('i', n < typed.length ? 'on' : '')),
    )
    erase.textContent = words.delete
    yes.textContent = words.yes
    for (const key of keys) key.disabled = isOff
    yes.disabled = isOff || !typed
  }

  function press(key: string) {
    if (isOff) return
    const pin = typed
    if (key === 'Backspace') typed = pin.slice(0, -1)
    else if (key === 'Enter') typed = ''
    else if (/^\d$/.test(key) && pin.length < LONGEST) typed = pin + key
    if (typed !== pin) draw()
    if (key === 'Enter' && pin) done(pin)
  }

  function onKey(event: KeyboardEvent) {
    const { key, target } = event
    if (target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return
    // Enter on a key that has the focus is that key.
    if (key === 'Enter' && target instanceof HTMLButtonElement) return
    press(key)
  }

  addEventListener('keydown', onKey)
  draw()
  return {
    element: whole,
    get typed() {
      return typed
    },
    say(given) {
      words = given
      draw()
    },
    setOff(off) {
      if (off === isOff) return
      isOff = off
      typed = ''
      draw()
    },
    remove() {
      removeEventListener('keydown', onKey)
      whole.remove()
    },
  }
}
