// Format, lint, types, dead code, architecture, generated docs, supply chain. Every step runs, so that one run shows everything that is wrong.
import { build, orExit, root, run } from './ready.mjs'

await orExit(build())
const node = process.execPath
const STEPS = [
  ['format and lint', node, ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off', '.']],
  ['types', node, ['node_modules/typescript/bin/tsc', '-b']],
  ['dead code', node, ['node_modules/knip/bin/knip.js']],
  ['architecture', node, ['node_modules/vitest/vitest.mjs', 'run', 'test/architecture']],
  ['generated docs', node, ['dist/tools/docs/generate.js', '--check']],
  ['lockfile', node, ['bin/supply-chain.mjs', 'lockfile']],
  ['licences', node, ['bin/supply-chain.mjs', 'licences']],
  ['advisories', node, ['bin/supply-chain.mjs', 'advisories'], 'show'],
  ['secrets in the tree', node, ['bin/supply-chain.mjs', 'secrets']],
  ['reproducible build', node, ['bin/reproducible.mjs'], 'show'],
  ['rules', node, ['bin/attune.mjs', 'rules', 'report']],
  ['models', node, ['bin/attune.mjs', 'models', 'verify']],
]

let failed = 0
for (const [name, program, args, show] of STEPS) {
  const started = Date.now()
  try {
    const output = await run(program, args, { quiet: true, spawn: { cwd: root } })
    console.log(`ok      ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)${show ? `: ${output.trim()}` : ''}`)
  } catch (error) {
    failed += 1
    console.log(`FAILED  ${name}\n${error.message}`)
  }
}
console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${STEPS.length} checks failed.`)
process.exitCode = failed === 0 ? 0 : 1
