import { parseFormula } from '../formula.ts'
import { KINDS } from '../kinds.ts'
import { rawPort, valuePort } from '../load-model.ts'
import type { Graph, Manifest, ModelKind, Variant } from '../model-folder.ts'
import { writeEquations } from './equation-graph.ts'
import { writeNetworks } from './network-graph.ts'
import type { OnnxGraph, OnnxNode } from './onnx-writer.ts'
import { newSheet, type Sheet, write } from './sheet.ts'
import { writeTrees } from './tree-graph.ts'

/** A tensor [N, width] of the sheet that becomes an output of the graph. */
export type WidePort = { readonly name: string; readonly tensor: string; readonly width: number }

/** Writes what a file of numbers says: one tensor [N, 1] of raw per asked id, and outputs beyond those, where the kind has them. */
export type RawWriter = (
  json: unknown,
  graph: Graph,
  ids: readonly string[],
  sheet: Sheet,
) => { readonly raws: readonly string[]; readonly wide?: readonly WidePort[]; readonly domains?: OnnxGraph['domains'] }

const WRITERS: { readonly [K in ModelKind]?: RawWriter } = {
  equation: writeEquations,
  trees: writeTrees,
  network: writeNetworks,
  polygenic: writeEquations,
}

/** The ONNX graph of one file of a folder: every output of every variant that uses it. `json`: the folder's file of numbers. */
export const graphOf = (graph: Graph, manifest: Manifest, json: unknown): OnnxGraph => {
  const writeRaws = WRITERS[manifest.kind]
  const kind = KINDS[manifest.kind]
  if (!writeRaws || !kind) throw new Error(`no graph is written for models of the kind ${manifest.kind}`)
  const variants: readonly Variant[] = manifest.variants.filter((variant) => variant.graph === graph.file)
  const ids = [...new Set(variants.flatMap(({ outputs }) => outputs.map(({ basis }) => basis)))]
  const sheet = newSheet()
  const { raws, wide = [], domains = {} } = writeRaws(json, graph, ids, sheet)
  const rawOf = (basis: string): string => raws[ids.indexOf(basis)] ?? ''
  const ports: readonly WidePort[] = [
    ...ids.map((id) => ({ name: rawPort(id), tensor: rawOf(id), width: 1 })),
    ...variants.flatMap(({ id, outputs }) =>
      outputs.map((output) => ({
        name: valuePort(id, output.id),
        tensor: write(sheet, parseFormula(output.value), () => rawOf(output.basis)),
        width: 1,
      })),
    ),
    ...wide,
  ]
  return {
    name: manifest.id,
    doc: `${manifest.name}. ${kind.read(json).citation}`,
    irVersion: graph.irVersion,
    opset: graph.opset,
    domains,
    nodes: [
      ...sheet.nodes,
      ...ports.map(({ name, tensor }): OnnxNode => ({ op: 'Identity', name: `give_${name}`, inputs: [tensor], outputs: [name] })),
    ],
    constants: sheet.constants,
    inputs: [{ name: graph.input.name, shape: ['N', graph.input.columns.length] }],
    outputs: ports.map(({ name, width }) => ({ name, shape: ['N', width] })),
  }
}
