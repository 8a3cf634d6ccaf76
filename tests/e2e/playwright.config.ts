/** The built app in Debian's Chromium, against a real API on a real PostGIS with the demo city. */
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { CHROMIUM } from './support/browser'

const scratch = join(process.env.WANGGE_TEST_DIR ?? join(import.meta.dirname, '../../.cache/test'), 'e2e')
const DESK = /(accounts|anomalies|books|coverage|employer-file|grids|imports|notes|organisation|people|registries|standing)\.spec\.ts/
const PHONE = /(access|field-day|odd-days|photos|signing-in|story)\.spec\.ts/

export default defineConfig({
  testDir: './specs',
  outputDir: join(scratch, 'results'),
  snapshotDir: join(scratch, 'snapshots'),
  // One server with one city for all: it takes longer to load than most stories take to play.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  // On a shared machine a map may take its time: a second try there, and the report names such a story as flaky. None on a laptop.
  retries: process.env.CI === undefined ? 0 : 1,
  timeout: 45_000,
  expect: { timeout: 20_000 },
  reporter: [['list', { printSteps: process.env.WANGGE_E2E_STEPS !== undefined }]],
  // Each project has a worker and so a city of its own: there are more stories than supervisors in one.
  projects: [
    { name: 'desk', testMatch: DESK },
    { name: 'phone', testMatch: PHONE },
    // and whatever is in neither
    { name: 'store', testIgnore: [DESK, PHONE] },
  ],
  use: {
    ...CHROMIUM,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    actionTimeout: 20_000,
    // Recording costs a third of every story: WANGGE_E2E_TRACE=1 records all and keeps those of the failed.
    trace: process.env.WANGGE_E2E_TRACE ? 'retain-on-failure' : 'on-first-retry',
    screenshot: 'only-on-failure',
  },
})
