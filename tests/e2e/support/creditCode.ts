/** Credit codes that hold, made from the standards' tables and not from the app's own check. */

const SIGNS = '0123456789ABCDEFGHJKLMNPQRTUWXY' // GB 32100-2015, table 1

/** A code of 寿光 (370783) whose organisation number is `number`, up to eight digits. */
export function creditCode(number: number): string {
  const body = String(number).padStart(8, '0')
  const sum = [3, 7, 9, 10, 5, 8, 4, 2].reduce((total, weight, i) => total + weight * Number(body[i]), 0) // GB 11714-1997
  const inner = 11 - (sum % 11)
  const seventeen = `91370783${body}${inner === 10 ? 'X' : inner === 11 ? '0' : inner}`
  const weighted = [...seventeen].reduce((total, sign, i) => total + SIGNS.indexOf(sign) * (3 ** i % 31), 0)
  return seventeen + SIGNS[(31 - (weighted % 31)) % 31]
}

/** The same with a check digit that does not fit. */
export const withWrongCheckDigit = (code: string) =>
  code.slice(0, 17) + SIGNS[(SIGNS.indexOf(code[17]!) + 1) % 31]
