/**
 * The unified social credit code 统一社会信用代码: 18 characters, GB 32100-2015; characters 9-17 are an organisation code,
 * GB 11714-1997. The check says where a code is wrong as far as that can be known: a character that cannot stand there
 * is named; a check digit that does not fit only says that *some* character is wrong.
 */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
const INNER_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const INNER_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
/** What people write for the five letters that the code leaves out, and what is nearly always meant. */
const LOOK_ALIKES: Record<string, string> = { I: '1', O: '0', Z: '2', S: '5', V: 'Y' }

export type UsccCheck =
  | { ok: true; code: string; warning: 'inner_code' | null }
  | { ok: false; code: string; reason: 'length'; length: number }
  | { ok: false; code: string; reason: 'character'; position: number; character: string; likely: string | null }
  | { ok: false; code: string; reason: 'division'; position: number }
  | { ok: false; code: string; reason: 'check_digit'; swapped: [number, number] | null }

/** Upper case, half-width, without blanks and dashes. */
export function cleanUscc(text: string): string {
  return text
    .replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000\-－—–]/g, '')
    .toUpperCase()
}

function checkDigit(code: string): string {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * ALPHABET.indexOf(code[i]!), 0)
  return ALPHABET[(31 - (sum % 31)) % 31]!
}

function innerCodeHolds(code: string): boolean {
  const inner = code.slice(8, 17)
  const sum = INNER_WEIGHTS.reduce((total, weight, i) => total + weight * INNER_ALPHABET.indexOf(inner[i]!), 0)
  const check = 11 - (sum % 11)
  return inner[8] === (check === 10 ? 'X' : check === 11 ? '0' : String(check))
}

/** Two neighbours whose exchange makes the code right: the commonest slip of the hand. Positions count from 1; null when none or several. */
function swappedNeighbours(code: string): [number, number] | null {
  const hits: [number, number][] = []
  for (let i = 0; i < 17; i++) {
    if (code[i] === code[i + 1]) continue
    const turned = code.slice(0, i) + code[i + 1] + code[i] + code.slice(i + 2)
    if (/^\d{6}$/.test(turned.slice(2, 8)) && checkDigit(turned) === turned[17]) hits.push([i + 1, i + 2])
  }
  return hits.length === 1 ? hits[0]! : null
}

/** Check a code as typed. Positions count from 1. */
export function checkUscc(text: string): UsccCheck {
  const code = cleanUscc(text)
  for (const [i, character] of [...code].entries()) {
    if (!ALPHABET.includes(character)) {
      return {
        ok: false,
        code,
        reason: 'character',
        position: i + 1,
        character,
        likely: LOOK_ALIKES[character] ?? null,
      }
    }
    if (i >= 2 && i < 8 && !/\d/.test(character)) return { ok: false, code, reason: 'division', position: i + 1 }
  }
  if (code.length !== 18) return { ok: false, code, reason: 'length', length: code.length }
  if (checkDigit(code) !== code[17]) return { ok: false, code, reason: 'check_digit', swapped: swappedNeighbours(code) }
  return { ok: true, code, warning: innerCodeHolds(code) ? null : 'inner_code' }
}
