// Runs test files with Vitest and counts; used by bin/test.mjs and bin/test-faults.mjs.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root } from './ready.mjs'

/** A file that could not be loaded has no test of its own to fail. */
const isBroken = ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0

const readCounts = (path) => {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0 } // Vitest itself has ended
  const { testResults, numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0 } = JSON.parse(readFileSync(path, 'utf8'))
  const broken = testResults.filter(isBroken)
  for (const { name } of broken) console.log(`could not be loaded: ${relative(root, name)}`)
  for (const { fullName, status } of testResults.flatMap(({ assertionResults }) => assertionResults))
    if (status === 'pending' || status === 'skipped') console.log(`did not run: ${fullName}`)
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests + numTodoTests }
}

/** @returns counts, and whether nothing failed */
export const runTests = (words) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-test-'))
  const results = join(folder, 'results.json')
  try {
    const { status } = spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...words],
      { cwd: root, stdio: 'inherit' },
    )
    return { ...readCounts(results), ok: status === 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const sayCounts = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`
