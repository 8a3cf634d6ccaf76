/** Names in the phone's stores that the door must know before the code that opens them is there. */

/** An account's store. */
export const storeOf = (accountId: string) => `wangge-${accountId}`

const padded = (n: number) => String(n).padStart(4, '0')

/** A pack of employers, in the order of the list. The form is part of the name: a pack of another one does not open. */
export const packId = (n: number) => `employers and how many:${padded(n)}`

export const sliceId = (pack: string, n: number) => `${pack}:${padded(n)}`
export const packOfSlice = (id: string) => id.slice(0, id.lastIndexOf(':'))

/** All slices of a pack lie between these two. */
export const slicesOf = (pack: string): [from: string, to: string] => [sliceId(pack, 0), sliceId(pack, 9999)]
