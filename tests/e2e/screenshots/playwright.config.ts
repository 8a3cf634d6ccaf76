/** Pictures of every main screen: `take` for the documents (scripts/screenshots), `field` to be looked at. */
import base from '../playwright.config'
import { defineConfig } from '@playwright/test'

export default defineConfig(base, {
  testDir: '.',
  timeout: 240_000,
  projects: base.projects?.map(({ name }) => ({
    name,
    testMatch: name === 'desk' ? /take\.ts$/ : name === 'phone' ? /field\.ts$/ : [],
  })),
})
