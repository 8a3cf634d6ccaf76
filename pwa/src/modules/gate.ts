/** What stands between the person and her store; null when it is open, or when nobody is at work here. */
import { shallowRef } from 'vue'
import type { Me } from '@/local/shapes'
import type { PinRules } from '@/local/pin'
import type { Bytes } from '@/local/storeCipher'

interface Of {
  account_id: string
  /** Whose store it is, as far as a finder may know. */
  label: string
  /** What a sign-in has just brought; null where nobody signed in. */
  me: Me | null
}

export type Gate =
  /** The store is encrypted. `isClosing`: the last of it is still being written. */
  | (Of & { step: 'unlock'; isClosing: boolean })
  /** The PIN was taken away by an order to erase this phone: only signing in opens the store, to hand over what it holds. */
  | (Of & { step: 'sign_in' })
  /** A PIN is to be chosen: for a new store, one of before the encryption, or one whose PIN was forgotten (its key is at hand then). */
  | (Of & { step: 'choose'; why: 'first' | 'old_store' | 'forgotten'; rules: PinRules; dataKey: Bytes | null })
  /** She changes her PIN; her work stays open behind it. */
  | (Of & { step: 'change'; rules: PinRules })
  /** Rows of before are being encrypted. */
  | (Of & { step: 'encrypting'; share: number })

export const gate = shallowRef<Gate | null>(null)

/** The person's family name alone: enough for her to know, too little for a finder. */
export const labelOf = (name: string) => name.slice(0, 1) + '＊'.repeat(Math.min(3, Math.max(1, name.length - 1)))
