import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two cores: databases, browsers and model sessions run side by side badly.
    maxWorkers: 2,
    env: { TZ: 'UTC' },
  },
})
