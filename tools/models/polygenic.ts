import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { folderOf } from '../../src/risk/polygenic/score-folder.ts'
import { readScoringFile } from '../../src/risk/polygenic/scoring-file.ts'
import { buildModel } from './build.ts'

/** Makes a model folder from a scoring file of the PGS Catalog: `node dist/tools/models/polygenic.js FILE.txt... `. */
for (const path of process.argv.slice(2)) {
  const { id, files } = folderOf(readScoringFile(readFileSync(path, 'utf8')), { asOf: '2026-11-21', version: '1.0.0' })
  const folder = resolve('models', id)
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, `${JSON.stringify(content, null, 1)}\n`)
  buildModel(folder)
}
