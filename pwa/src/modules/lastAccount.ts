/** Who was last at work on this phone: whose door stands at the next start. */
const KEY = 'wangge.account'
const DOOR = 'wangge.door'

export const lastAccount = (): string | null => localStorage.getItem(KEY)
export const rememberAccount = (accountId: string): void => localStorage.setItem(KEY, accountId)

export function forgetAccount(): void {
  localStorage.removeItem(KEY)
  localStorage.removeItem(DOOR)
}

/** What the door needs before the vault has been read: it lies there as readable as in the vault itself. */
export interface DoorNote {
  account_id: string
  label: string
  /** How the PIN is stretched. */
  salt: number[]
  rounds: number
}

/** What was noted of an account's door the last time; null where none stood. */
export function doorNote(accountId: string): DoorNote | null {
  try {
    const note = JSON.parse(localStorage.getItem(DOOR) ?? 'null') as DoorNote | null
    return note?.account_id === accountId ? note : null
  } catch {
    return null
  }
}

export function noteDoor(note: DoorNote | null): void {
  if (note) localStorage.setItem(DOOR, JSON.stringify(note))
  else localStorage.removeItem(DOOR)
}
