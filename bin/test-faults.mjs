// The fault tests, whole and one file after the other: kills, floods and losses of power run their full number. Or only the files named.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build, orExit, root } from './ready.mjs'
import { runTests, sayCounts } from './run-tests.mjs'

const FOLDER = 'test/faults'

/** Beside those of the folder: files that run more here than in `npm test`, and quick ones that prove a row of docs/reliability.md. */
const OTHERS = [
  'test/ledger/crash.test.ts',
  'test/ledger/faults.test.ts',
  'test/ledger/verify.test.ts',
  'test/cli/replay.test.ts',
  'test/fhir',
  'test/http/client-jwt.test.ts',
  'test/http/clocks.test.ts',
  'test/http/hostile-bodies.test.ts',
  'test/http/key-rotation.test.ts',
  'test/http/mutation.test.ts',
  'test/http/replay-outage.test.ts',
  'test/http/server-times.test.ts',
  'test/monitoring/service-weeks.test.ts',
  'test/production/bench.test.ts',
  'test/production/side-by-side.test.ts',
  'test/reload/processes.test.ts',
  'test/risk/model-loading.test.ts',
  'test/screening/screening.test.ts',
  'test/service/fault.test.ts',
  'test/browser/faults.test.ts',
  'test/browser/hostile-record.test.ts',
]

/** What the whole took once on two cores beside a soak, with six kills of the server an engine (ATTUNE_TEST_KILLS). */
const MEASURED = '21.6 minutes'

const all = () => [
  ...readdirSync(join(root, FOLDER))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${FOLDER}/${name}`),
  ...OTHERS,
]

const minutesSince = (started) => ((Date.now() - started) / 60_000).toFixed(1)

await orExit(build())
process.env.ATTUNE_TEST_WHOLE = '1'
const named = process.argv.slice(2)
const files = named.length > 0 ? named : all()
if (named.length === 0)
  console.log(
    `Faults: ${files.length} files and folders. On two cores, with ATTUNE_TEST_KILLS=6, they took ${MEASURED}; all kills take longer.`,
  )

const started = Date.now()
const total = { passed: 0, failed: 0, skipped: 0 }
const bad = []
const idle = []
for (const [at, file] of files.entries()) {
  const begun = Date.now()
  const { ok, ...counts } = runTests(['--no-file-parallelism', file])
  for (const [name, n] of Object.entries(counts)) total[name] += n
  if (!ok) bad.push(file)
  else if (counts.passed === 0) idle.push(file)
  const verdict = !ok ? 'NOT held' : counts.passed > 0 ? 'held' : 'did not run'
  console.log(`Faults: ${at + 1} of ${files.length}, ${file}: ${verdict}, ${minutesSince(begun)} minutes; ${minutesSince(started)} in all.`)
}
console.log(sayCounts(total))
const judged = bad.length > 0 ? `NOT all held: ${bad.join(', ')}` : idle.length > 0 ? 'what ran held' : 'all held'
const notRun = idle.length > 0 ? `; did not run: ${idle.join(', ')}` : ''
console.log(`Faults: ${judged}, ${minutesSince(started)} minutes${notRun}.`)
process.exitCode = bad.length === 0 && total.passed > 0 ? 0 : 1
