/**
 * Who is at work on this phone: her store, her sync, and the occasions on which it runs. What the rest of the app knows of it.
 *
 * Her store opens with a key that only her PIN unwraps (local/vault.ts); where it is missing, `gate` says what is asked for first.
 */
export { api } from './api'
export { captureNow } from './capture'
export { enter } from './entering'
export { leaveAccount } from './leaving'
export { resumeWork } from './occasions'
export { changePassword, signIn, signOut } from './signing'
export * from './state'
export { closeStore, deleteStore, warmUp } from './store'
export { refreshAll, requestSync, sendOriginalsNow, sendPhotosNow, stopEngine } from './syncing'
export { countUnsent, type Unsent } from './unsent'
