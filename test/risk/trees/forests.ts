import fc from 'fast-check'
import type { Tree } from '../../../src/risk/kinds/trees.ts'

/** A tree as one would draw it; `cover` is shared out to the children. */
type Drawn =
  | { readonly leaf: number }
  | {
      readonly column: number
      readonly limit: number
      readonly missingLeft: 0 | 1
      readonly share: number
      readonly below: Drawn
      readonly above: Drawn
    }

const WHOLE_COVER = 64

const write = (tree: Tree, drawn: Drawn, cover: number): void => {
  const leaf = 'leaf' in drawn
  const at = tree.column.push(leaf ? -1 : drawn.column) - 1
  tree.limit.push(leaf ? drawn.leaf : drawn.limit)
  tree.right.push(0)
  tree.missingLeft.push(leaf ? 0 : drawn.missingLeft)
  tree.cover.push(cover)
  if (leaf) return
  write(tree, drawn.below, cover * drawn.share)
  tree.right[at] = tree.column.length
  write(tree, drawn.above, cover * (1 - drawn.share))
}

/** A drawn tree in the layout of trees.json. */
export const treeOf = (drawn: Drawn): Tree => {
  const tree: Tree = { column: [], limit: [], right: [], missingLeft: [], cover: [] }
  write(tree, drawn, WHOLE_COVER)
  return tree
}

const number = fc.integer({ min: -8, max: 8 }).map((value) => value / 4)

/** Trees of up to four questions in a row, over few columns, so that a path asks the same column again. */
export const someTrees = (columns: number): fc.Arbitrary<Tree[]> => {
  const { tree } = fc.letrec<{ tree: Drawn }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      number.map((leaf) => ({ leaf })),
      fc.record({
        column: fc.integer({ min: 0, max: columns - 1 }),
        limit: number,
        missingLeft: fc.constantFrom<0 | 1>(0, 1),
        share: fc.integer({ min: 1, max: 7 }).map((eighths) => eighths / 8),
        below: tie('tree'),
        above: tie('tree'),
      }),
    ),
  }))
  return fc.array(tree.map(treeOf), { minLength: 1, maxLength: 4 })
}

/** Values on and off the limits, and missing ones. */
export const someRow = (columns: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: number }, { weight: 1, arbitrary: fc.constant(Number.NaN) }), {
      minLength: columns,
      maxLength: columns,
    })
    .map((values) => Float64Array.from(values))
