/** Who was last at work on this phone: whose door stands at the next start. */
const KEY = 'wangge.account'

export const lastAccount = (): string | null => localStorage.getItem(KEY)
export const rememberAccount = (accountId: string): void => localStorage.setItem(KEY, accountId)
export const forgetAccount = (): void => localStorage.removeItem(KEY)
