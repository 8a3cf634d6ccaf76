/** Which browser, and which two devices the stories play on. */
import type { BrowserContextOptions, LaunchOptions } from '@playwright/test'

const launchOptions: LaunchOptions = {
  executablePath: process.env.WANGGE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run', '--use-fake-device-for-media-stream'],
}

export const CHROMIUM = { browserName: 'chromium', launchOptions } as const

const HERE = { locale: 'zh-CN', timezoneId: 'Asia/Shanghai' }

/** A small phone, as many in the communities have. */
export const PHONE: BrowserContextOptions = {
  ...HERE,
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 1,
  isMobile: true,
  hasTouch: true,
  permissions: ['geolocation'],
}

/** An office screen. */
export const DESK: BrowserContextOptions = { ...HERE, viewport: { width: 1440, height: 900 } }
