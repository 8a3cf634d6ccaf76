/** "Is this shop already on file?": asked of the phone's own employers while she types, without a network. */
import { distanceM, type LonLat } from '@/shared/geo'

export interface Known {
  id: string
  name: string
  uscc: string | null
  address: string
  position: LonLat | null
}
export interface Found {
  name: string
  uscc: string | null
  position: LonLat | null
}
export type Why = 'code' | 'name' | 'alike' | 'near'
export interface Alike extends Known {
  why: Why
  distance_m: number | null
}

/** How near two fixes of one door lie, with what phones know of their place. */
const DOOR_M = 60
const ALIKE_FROM = 0.6
const NEAR_AND_ALIKE_FROM = 0.25
const SHOWN = 3
const LEGAL_FORM =
  /(集团)?(股份|责任|控股)*(有限责任|有限|责任|股份)*公司$|\((普通合伙|有限合伙|个人独资|个体工商户)\)$/

/**
 * A name without place, legal form, width and signs, as the server compares it in the main.
 *
 * @param places what names begin with here, the longest first (the catalogue's `place_names`)
 */
export function coreOf(name: string, places: readonly string[]): string {
  const plain = name.normalize('NFKC').toUpperCase().replace(/\s/g, '')
  const short = withoutPlaces(plain.replace(/\([^()]{2,6}\)/g, ''), places)
  const core = short.replace(LEGAL_FORM, '')
  return (core.length >= 2 ? core : short).replace(/[^0-9A-Z\u4e00-\u9fff]/g, '')
}

function withoutPlaces(name: string, places: readonly string[]): string {
  const text = name.replace(/^中国/, '')
  const place = places.find((one) => text.startsWith(one))
  if (!place) return text
  const rest = text.slice(place.length).replace(/^[省市区县](?!.?$)/, '')
  return rest.length >= 2 ? withoutPlaces(rest, places) : text
}

/** How much two names share, 0 to 1: pairs of neighbouring signs (Dice). */
export function likeness(one: string, other: string): number {
  if (one === other) return one ? 1 : 0
  const pairs = (text: string) => new Set(Array.from({ length: text.length - 1 }, (_, n) => text.slice(n, n + 2)))
  const [a, b] = [pairs(one), pairs(other)]
  if (!a.size || !b.size) return 0
  const shared = [...a].filter((pair) => b.has(pair)).length
  return (2 * shared) / (a.size + b.size)
}

/** The employers that this may be, the likeliest first. */
export function alikeTo(found: Found, known: readonly Known[], places: readonly string[]): Alike[] {
  const core = coreOf(found.name, places)
  const scored: { score: number; alike: Alike }[] = []
  for (const one of known) {
    const distance_m = found.position && one.position ? distanceM(found.position, one.position) : null
    const isAtDoor = distance_m !== null && distance_m <= DOOR_M
    const other = coreOf(one.name, places)
    const same = core.length >= 2 ? likeness(core, other) : 0
    const holds = core.length >= 3 && other.length >= 3 && (core.includes(other) || other.includes(core))
    const why: Why | null =
      found.uscc && found.uscc === one.uscc
        ? 'code'
        : same === 1
          ? 'name'
          : same >= ALIKE_FROM || holds || (isAtDoor && same >= NEAR_AND_ALIKE_FROM)
            ? 'alike'
            : isAtDoor && !core
              ? 'near'
              : null
    if (!why) continue
    const rank = { code: 4, name: 3, alike: 1 + same, near: 0 }[why] + (isAtDoor ? 0.5 : 0)
    scored.push({ score: rank, alike: { ...one, why, distance_m } })
  }
  return scored
    .sort((a, b) => b.score - a.score || (a.alike.distance_m ?? Infinity) - (b.alike.distance_m ?? Infinity))
    .slice(0, SHOWN)
    .map(({ alike }) => alike)
}
