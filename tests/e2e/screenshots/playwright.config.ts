/** Pictures of every main screen, for the documents: run by scripts/screenshots. */
import base from '../playwright.config'
import { defineConfig } from '@playwright/test'

export default defineConfig(base, { testDir: '.', testMatch: /(take|field)\.ts$/, timeout: 240_000 })
