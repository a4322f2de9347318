import { defineConfig } from 'vitest/config'

/** Rooms whose tests keep nothing but what they load and never write: the files of a worker share it, and it is loaded once. */
const SHARING = [
  'calling',
  'cards',
  'devices',
  'facts',
  'genomics',
  'guidance',
  'notes',
  'pgx',
  'profile',
  'rules',
  'terminology',
  'vcf',
].map((room) => `test/${room}/**/*.test.ts`)

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Two cores: databases, browsers and model sessions run side by side badly.
    maxWorkers: 2,
    env: { TZ: 'UTC' },
    projects: [
      { extends: true, test: { name: 'rooms', include: SHARING, isolate: false } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts', 'test/**/*.test.tsx'], exclude: SHARING } },
    ],
  },
})
