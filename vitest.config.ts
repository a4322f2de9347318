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

/** Kills, floods and exchanges of processes take minutes each: `npm run test:faults` runs them, and nothing else does. */
const LONG = ['test/faults/**/*.test.ts', 'test/ledger/crash.test.ts', 'test/reload/processes.test.ts', 'test/production/bench.test.ts']
const whole = process.env.ATTUNE_TEST_WHOLE === '1'

export default defineConfig({
  test: {
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Waiting for what comes: a second, as is usual, is too short for a machine that stops.
    expect: { poll: { timeout: 60_000 } },
    // Two cores: databases, browsers and model sessions run side by side badly.
    maxWorkers: 2,
    env: { TZ: 'UTC' },
    projects: [
      { extends: true, test: { name: 'rooms', include: SHARING, isolate: false } },
      {
        extends: true,
        test: { name: 'whole', include: ['test/**/*.test.ts', 'test/**/*.test.tsx'], exclude: [...SHARING, ...(whole ? [] : LONG)] },
      },
    ],
  },
})
