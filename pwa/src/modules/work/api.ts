/** The API as this app speaks to it, in the language that is on the screen. */
import { makeApi } from '@/api/client'

let languageNow: () => string = () => 'zh-CN'
export const language = () => languageNow()

export function speakIn(of: () => string): void {
  languageNow = of
}

/** The API; with an account, for nobody else than her. */
export const api = (account_id?: string) =>
  makeApi({
    fetch: (input, init) => fetch(input, init),
    origin: location.origin,
    app_version: __APP_VERSION__,
    language: languageNow(),
    account_id,
  })
