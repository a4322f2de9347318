// Every fault test, whole: kills, floods and soaks run their full number.
const FILES = [
  'test/faults',
  'test/ledger/crash.test.ts',
  'test/ledger/faults.test.ts',
  'test/fhir/faults.test.ts',
  'test/fhir/breaker.test.ts',
  'test/http/hostile-bodies.test.ts',
  'test/http/mutation.test.ts',
  'test/http/server-times.test.ts',
  'test/production',
  'test/risk/inference',
  'test/risk/remote',
  'test/service/fault.test.ts',
  'test/browser/faults.test.ts',
]
process.env.ATTUNE_TEST_WHOLE = '1'
process.argv.push(...(process.argv.length > 2 ? [] : FILES))
await import('./test.mjs')
