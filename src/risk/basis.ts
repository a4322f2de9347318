import type { Numbered, Table } from './formula.ts'
import type { Column, Values } from './model-folder.ts'

export type Contribution = { readonly input: string; readonly contribution: number }

/** baseline + all contributions = raw. */
export type Reasons = {
  readonly baseline: number
  readonly contributions: readonly Contribution[]
  /** Raw output with a whole modality less raw output without it. They overlap, so they do not add up to anything. */
  readonly modalities?: readonly { readonly label: string; readonly contribution: number }[]
}

/** One row and what its reasons may be counted from. */
export type Case = {
  readonly columns: readonly Column[]
  readonly values: Values
  /** The person of the manifest, made like the patient where the manifest says so. */
  readonly reference: Values
  /** Further outputs of the graph for this row, by name (attributions that the graph itself computes). */
  readonly run: (outputs: readonly string[]) => Promise<Readonly<Record<string, Float64Array>>>
  /** The raw number of this output for other values of the inputs. */
  readonly rawOf: (rows: readonly Values[]) => Promise<Float64Array>
}

/**
 * What gives `raw`, read from the folder's file of numbers and computed in plain TypeScript: the second implementation, against
 * which the ONNX graph is held at load and at each run.
 */
export type Basis = {
  readonly id: string
  /** Terms of the graph's input that it uses. */
  readonly columns: readonly string[]
  /** Outputs of the graph with more than one number per row that `reasons` asks for: name -> numbers per row. */
  readonly ports?: Readonly<Record<string, number>>
  /** Absent where a site's graph has no second implementation: it is held to its test vectors alone. */
  readonly evaluate?: (columns: Numbered) => number
  /** The same for many rows at once: term -> its numbers, in the order of the rows. `evaluate` row by row when there is none. */
  readonly evaluateMany?: (columns: Table, count: number) => Float64Array
  readonly reasons: (one: Case) => Reasons | Promise<Reasons>
}

/** The file of numbers of a folder, read. */
export type Numbers = { readonly id: string; readonly citation: string; readonly bases: ReadonlyMap<string, Basis> }

/** A kind of model: how its file of numbers is called and read, and how near graph, formula and sum of the reasons must be. */
export type Kind = {
  readonly file: string
  /** Relative to the number, or absolute below 1. */
  readonly agree: number
  /** @throws AttuneError `model-invalid` or a schema's error, when the file cannot be read */
  readonly read: (json: unknown) => Numbers
}
