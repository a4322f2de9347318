// Every fault test, whole and one file after the other: kills, floods and soaks run their full number. Or only the files that are named.
const FILES = [
  'test/faults',
  'test/ledger/crash.test.ts',
  'test/ledger/faults.test.ts',
  'test/ledger/verify.test.ts',
  'test/cli/replay.test.ts',
  'test/fhir',
  'test/hooks/prefetch.test.ts',
  'test/http/client-jwt.test.ts',
  'test/http/clocks.test.ts',
  'test/http/endpoints.test.ts',
  'test/http/hostile-bodies.test.ts',
  'test/http/key-rotation.test.ts',
  'test/http/limits.test.ts',
  'test/http/mutation.test.ts',
  'test/http/replay-guard.test.ts',
  'test/http/replay-outage.test.ts',
  'test/http/server-times.test.ts',
  'test/monitoring/service-weeks.test.ts',
  'test/production',
  'test/reload',
  'test/risk/inference',
  'test/risk/model-loading.test.ts',
  'test/risk/remote',
  'test/screening/screening.test.ts',
  'test/service/fault.test.ts',
  'test/browser/faults.test.ts',
  'test/browser/hostile-record.test.ts',
]
const started = Date.now()
process.env.ATTUNE_TEST_WHOLE = '1'
const named = process.argv.slice(2)
process.argv = [...process.argv.slice(0, 2), '--no-file-parallelism', ...(named.length > 0 ? named : FILES)]
if (named.length === 0)
  console.log(
    `Faults: ${FILES.length} files and folders, one after the other. This takes about an hour and a half; each file is told as it ends.`,
  )
await import('./test.mjs')
console.log(`Faults: ${process.exitCode === 0 ? 'all held' : 'NOT all held'}, ${Math.round((Date.now() - started) / 60_000)} minutes.`)
