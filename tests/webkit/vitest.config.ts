import { defineConfig } from 'vitest/config'

/** The phone's app in WebKit (the engine of every iPhone), against a real server on a real PostGIS. */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
