import { type Ensemble, type Tree, treesSchema } from '../kinds/trees.ts'
import type { RawWriter } from './graph.ts'
import type { Sheet } from './sheet.ts'

/** TensorProto.DataType */
const FLOAT = 1
const DOUBLE = 11
/** `TreeEnsemble` with doubles: ai.onnx.ml from version 5. */
const DOMAINS = { 'ai.onnx.ml': 5 } as const
const BELOW = 1 // BRANCH_LT of nodes_modes
const SUM = 1 // of aggregate_function

/** The lists that the operator takes: inner nodes and leaves apart, each numbered over all trees. */
type Lists = {
  readonly roots: number[]
  readonly columns: number[]
  readonly limits: number[]
  readonly missing: number[]
  readonly whenTrue: number[]
  readonly whenFalse: number[]
  readonly trueIsLeaf: number[]
  readonly falseIsLeaf: number[]
  readonly leaves: number[]
}

const addTree = (lists: Lists, { column, limit, right, missingLeft }: Tree): void => {
  /** Number of the node, or of the leaf, after it is written. */
  const place = (node: number): { readonly number: number; readonly leaf: boolean } => {
    if (column[node] === -1) return { number: lists.leaves.push(Math.fround(limit[node] ?? 0)) - 1, leaf: true }
    const number = lists.columns.push(column[node] ?? 0) - 1
    lists.limits.push(Math.fround(limit[node] ?? 0))
    lists.missing.push(missingLeft[node] ?? 0)
    const [left, other] = [node + 1, right[node] ?? 0].map(place)
    lists.whenTrue[number] = left?.number ?? 0
    lists.whenFalse[number] = other?.number ?? 0
    lists.trueIsLeaf[number] = Number(left?.leaf)
    lists.falseIsLeaf[number] = Number(other?.leaf)
    return { number, leaf: false }
  }
  if (column[0] === -1) addStump(lists, place(0).number)
  else lists.roots.push(place(0).number)
}

/** A tree that is one leaf: the operator wants a node, so both sides of one lead there. */
const addStump = (lists: Lists, leaf: number): void => {
  lists.roots.push(lists.columns.push(0) - 1)
  lists.limits.push(0)
  lists.missing.push(0)
  lists.whenTrue.push(leaf)
  lists.whenFalse.push(leaf)
  lists.trueIsLeaf.push(1)
  lists.falseIsLeaf.push(1)
}

const writeEnsemble = (sheet: Sheet, row: string, id: string, { intercept, factor, trees }: Ensemble): string => {
  const lists: Lists = {
    roots: [],
    columns: [],
    limits: [],
    missing: [],
    whenTrue: [],
    whenFalse: [],
    trueIsLeaf: [],
    falseIsLeaf: [],
    leaves: [],
  }
  for (const tree of trees) addTree(lists, tree)
  const name = `trees_${id}`
  sheet.nodes.push({
    op: 'TreeEnsemble',
    domain: 'ai.onnx.ml',
    name,
    inputs: [row],
    outputs: [name],
    ints: { aggregate_function: SUM, n_targets: 1, post_transform: 0 },
    lists: {
      tree_roots: lists.roots,
      nodes_featureids: lists.columns,
      nodes_truenodeids: lists.whenTrue,
      nodes_falsenodeids: lists.whenFalse,
      nodes_trueleafs: lists.trueIsLeaf,
      nodes_falseleafs: lists.falseIsLeaf,
      nodes_missing_value_tracks_true: lists.missing,
      leaf_targetids: lists.leaves.map(() => 0),
    },
    tensors: {
      nodes_modes: { type: 'uint8', values: lists.columns.map(() => BELOW) },
      nodes_splits: { type: 'double', values: lists.limits },
      leaf_weights: { type: 'double', values: lists.leaves },
    },
  })
  return sheet.node('Add', [sheet.node('Mul', [name, sheet.constant([1], [factor])]), sheet.constant([1], [intercept])])
}

/** Boosted trees as one operator each. Rows are rounded to float32 first, as they were in the training. */
export const writeTrees: RawWriter = (json, graph, ids, sheet) => {
  const file = treesSchema.parse(json)
  const places = file.columns.map((name) => graph.input.columns.findIndex(({ term }) => term === name))
  const picked = sheet.node('Gather', [graph.input.name, sheet.constant([places.length], places, 'int64')], { axis: 1 })
  const row = sheet.node('Cast', [sheet.node('Cast', [picked], { to: FLOAT })], { to: DOUBLE })
  const raws = ids.map((id) => {
    const ensemble = file.ensembles[id]
    if (!ensemble) throw new Error(`no trees ${id}`)
    return writeEnsemble(sheet, row, id, ensemble)
  })
  return { raws, domains: DOMAINS }
}
