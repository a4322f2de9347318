import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { writeCardMarkdown } from '../../src/risk/governance/card-markdown.ts'
import { graphOf } from '../../src/risk/graph/graph.ts'
import { writeOnnx } from '../../src/risk/graph/onnx-writer.ts'
import { fileOf } from '../../src/risk/load-model.ts'
import { cardSchema, featuresSchema, manifestSchema, vectorsSchema } from '../../src/risk/model-folder.ts'

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/**
 * Writes the ONNX graphs of a folder from its committed tables (the file of numbers, manifest.json), puts their hashes into the
 * manifest and renders the model card. Run again it writes the same bytes. An equation model needs no code of its own.
 */
export const buildModel = (folder: string): void => {
  const raw = readJson(`${folder}/manifest.json`) as { graphs: { file: string; sha256: string }[] }
  const manifest = manifestSchema.parse(raw)
  const numbers = readJson(`${folder}/${fileOf(manifest)}`)
  for (const graph of manifest.graphs) {
    const bytes = writeOnnx(graphOf(graph, manifest, numbers))
    writeFileSync(`${folder}/${graph.file}`, bytes)
    for (const entry of raw.graphs) if (entry.file === graph.file) entry.sha256 = createHash('sha256').update(bytes).digest('hex')
  }
  writeFileSync(`${folder}/manifest.json`, `${JSON.stringify(raw, null, 2)}\n`)
  const source = {
    manifest: manifestSchema.parse(raw),
    inputs: featuresSchema.parse(readJson(`${folder}/features.json`)).inputs,
    card: cardSchema.parse(readJson(`${folder}/card.json`)),
    vectors: vectorsSchema.parse(readJson(`${folder}/vectors.json`)).vectors.length,
  }
  writeFileSync(`${folder}/card.md`, writeCardMarkdown(source))
}

/** Usage: `node dist/tools/models/build.js [FOLDER...]`; without folders all of `models/`. */
if (import.meta.filename === process.argv[1]) {
  const named = process.argv.slice(2)
  const all = () => readdirSync('models').map((name) => `models/${name}`)
  for (const folder of named.length > 0 ? named : all()) if (existsSync(`${folder}/manifest.json`)) buildModel(resolve(folder))
}
