// Installs and builds what is missing, runs the whole suite, ends with `N passed, N failed, N skipped`.
import { build, orExit } from './ready.mjs'
import { runTests, sayCounts } from './run-tests.mjs'

await orExit(build())
const counts = runTests(process.argv.slice(2))
console.log(sayCounts(counts))
process.exitCode = counts.ok && counts.passed > 0 ? 0 : 1
