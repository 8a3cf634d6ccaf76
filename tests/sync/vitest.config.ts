import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { mutantModules } from './mutation/plugin.ts'

/** Simulated phones run the app's own store and sync engine under Node, against a real server on a real PostGIS. */
export default defineConfig({
  plugins: [mutantModules()],
  define: { __APP_VERSION__: JSON.stringify('simulation') },
  resolve: { alias: { '@': fileURLToPath(new URL('../../pwa/src', import.meta.url)) } },
  test: {
    include: ['**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 240_000,
  },
})
