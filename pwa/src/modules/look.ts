/** How the app looks now, for pages to follow; kept and applied by keptLook.ts. */
import { shallowRef } from 'vue'
import { applyLook, keepLook, keptLook, type Look } from './keptLook'

export const look = shallowRef(keptLook())

export function setLook(changes: Partial<Look>): void {
  look.value = { ...look.value, ...changes }
  applyLook(look.value)
  keepLook(look.value)
}
