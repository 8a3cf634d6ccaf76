/** Pictures of every main screen: `take` for the documents (scripts/screenshots), `field` to be looked at. */
import { defineConfig } from '@playwright/test'
import base from '../playwright.config'

const { projects: _stories, ...rest } = base

export default defineConfig(rest, { testDir: '.', testMatch: /(take|field)\.ts$/, timeout: 240_000 })
