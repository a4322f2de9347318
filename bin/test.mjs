// Installs and builds what is missing, runs the whole suite, ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { build, orExit, root } from './ready.mjs'

await orExit(build())
const folder = mkdtempSync(join(tmpdir(), 'attune-test-'))
const results = join(folder, 'results.json')
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
)
const counts = JSON.parse(readFileSync(results, 'utf8'))
rmSync(folder, { recursive: true, force: true })
for (const file of counts.testResults) {
  for (const test of file.assertionResults)
    if (test.status === 'pending' || test.status === 'skipped') console.log(`did not run: ${test.fullName}`)
}
/** A file that could not be loaded has no test of its own to fail. */
const broken = counts.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
for (const { name } of broken) console.log(`could not be loaded: ${relative(root, name)}`)
const skipped = counts.numPendingTests + (counts.numTodoTests ?? 0)
console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests + broken.length} failed, ${skipped} skipped`)
process.exitCode = status === 0 && counts.numPassedTests > 0 ? 0 : 1
