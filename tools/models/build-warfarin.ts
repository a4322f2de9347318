import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { writeModelCard } from './model-card.ts'
import { type OnnxGraph, writeOnnx } from './onnx-writer.ts'

/**
 * Writes the ONNX graphs of `models/warfarin-dose` from its committed coefficients, puts their hashes into the manifest and
 * renders the model card. Run again it writes the same bytes. Usage: `node dist/tools/models/build-warfarin.js [folder]`.
 */
type Column = { readonly term: string }
type VariantEntry = {
  readonly id: string
  readonly label: string
  readonly file: string
  sha256: string
  readonly irVersion: number
  readonly opset: number
  readonly input: { readonly name: string; readonly columns: readonly Column[] }
  readonly outputs: { readonly raw: string; readonly value: string }
}
type Coefficients = {
  readonly citation: string
  readonly equations: { readonly [id: string]: { readonly intercept: number; readonly terms: { readonly [term: string]: number } } }
}

/** raw = x W + b on the scale sqrt(mg/week); value = raw * raw in mg/week. */
const graphOf = (variant: VariantEntry, coefficients: Coefficients): OnnxGraph => {
  const equation = coefficients.equations[variant.id]
  if (!equation) throw new Error(`no equation ${variant.id}`)
  const { raw, value } = variant.outputs
  const weights = variant.input.columns.map(({ term }) => {
    const weight = equation.terms[term]
    if (weight === undefined) throw new Error(`no coefficient ${variant.id}.${term}`)
    return weight
  })
  return {
    name: variant.id,
    doc: `${variant.label}. ${coefficients.citation}`,
    irVersion: variant.irVersion,
    opset: variant.opset,
    nodes: [
      { op: 'MatMul', name: 'terms', inputs: [variant.input.name, 'coefficients'], outputs: ['terms_sum'] },
      { op: 'Add', name: 'sum', inputs: ['terms_sum', 'intercept'], outputs: [raw] },
      { op: 'Mul', name: 'square', inputs: [raw, raw], outputs: [value] },
    ],
    constants: [
      { name: 'coefficients', shape: [weights.length, 1], values: weights },
      { name: 'intercept', shape: [1], values: [equation.intercept] },
    ],
    inputs: [{ name: variant.input.name, shape: ['N', weights.length] }],
    outputs: [
      { name: raw, shape: ['N', 1] },
      { name: value, shape: ['N', 1] },
    ],
  }
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T

export const buildWarfarin = (folder: string): void => {
  const coefficients = readJson<Coefficients>(`${folder}/coefficients.json`)
  const manifest = readJson<{ variants: VariantEntry[] }>(`${folder}/manifest.json`)
  for (const variant of manifest.variants) {
    const bytes = writeOnnx(graphOf(variant, coefficients))
    variant.sha256 = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(`${folder}/${variant.file}`, bytes)
  }
  writeFileSync(`${folder}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(`${folder}/card.md`, writeModelCard(readJson(`${folder}/card.json`), readJson(`${folder}/manifest.json`)))
}

if (import.meta.filename === process.argv[1]) buildWarfarin(resolve(process.argv[2] ?? 'models/warfarin-dose'))
