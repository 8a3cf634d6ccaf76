/** What every story starts with: one server with the demo city, and devices to play on. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { test as base, type BrowserContext } from '@playwright/test'
import { TestServer } from '../../support/server'
import { DeskApp } from '../pages/desk'
import { FieldApp } from '../pages/field'
import { City } from './city'
import { DESK, PHONE } from './browser'
import { makePhotos } from './photos'
import { preparePhone } from './phone'

interface PhoneOptions {
  network?: 'wifi' | 'cellular'
  /** Whether she lets the app know where she is. */
  geolocation?: boolean
  serviceWorkers?: 'allow' | 'block'
}

interface Stage {
  /** A phone of its own for each call. */
  newPhone: (options?: PhoneOptions) => Promise<{ context: BrowserContext; app: FieldApp }>
  desk: DeskApp
}

interface House {
  server: TestServer
  city: City
  photos: { upright: string; lying: string }
}

export const test = base.extend<Stage, House>({
  server: [
    async ({}, use, worker) => {
      const server = await TestServer.create(`e2e_${worker.parallelIndex}`, { demo: true })
      await use(server)
      await server.destroy()
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  city: [
    async ({ server }, use) => {
      const city = new City(server)
      await use(city)
      await city.close()
    },
    { scope: 'worker' },
  ],
  photos: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'wangge-photos-'))
      await use(makePhotos(folder))
      rmSync(folder, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],

  newPhone: async ({ browser, server }, use) => {
    const contexts: BrowserContext[] = []
    await use(async ({ network = 'wifi', geolocation = true, serviceWorkers = 'allow' } = {}) => {
      const permissions = geolocation ? PHONE.permissions : []
      const context = await browser.newContext({ ...PHONE, permissions, serviceWorkers, baseURL: server.baseUrl })
      contexts.push(context)
      await preparePhone(context, network)
      return { context, app: new FieldApp(await context.newPage()) }
    })
    for (const context of contexts) await context.close()
  },
  desk: async ({ browser, server }, use) => {
    const context = await browser.newContext({ ...DESK, baseURL: server.baseUrl })
    await use(new DeskApp(await context.newPage()))
    await context.close()
  },
})

export { expect } from '@playwright/test'
