import { z } from 'zod'
import type { Tree } from '../../../src/risk/kinds/trees.ts'

/** The part of XGBoost's JSON model that holds the trees. Leaves keep their value in `split_conditions`. */
const treeSchema = z.object({
  left_children: z.array(z.number()),
  right_children: z.array(z.number()),
  split_indices: z.array(z.number()),
  split_conditions: z.array(z.number()),
  default_left: z.array(z.union([z.number(), z.boolean()])),
  sum_hessian: z.array(z.number()),
})
const modelSchema = z.object({
  learner: z.object({ gradient_booster: z.object({ model: z.object({ trees: z.array(treeSchema) }) }) }),
})

/** The fewest digits that give the same float32. */
const short = (value: number): number => {
  const wanted = Math.fround(value)
  for (let digits = 1; digits < 9; digits += 1) {
    const rounded = Number(wanted.toPrecision(digits))
    if (Math.fround(rounded) === wanted) return rounded
  }
  return Number(wanted.toPrecision(9))
}

const inPreorder = (tree: z.output<typeof treeSchema>): Tree => {
  const { left_children, right_children, split_indices, split_conditions, default_left, sum_hessian } = tree
  const out = { column: [] as number[], limit: [] as number[], right: [] as number[], missingLeft: [] as (0 | 1)[], cover: [] as number[] }
  const visit = (node: number): void => {
    const leaf = left_children[node] === -1
    const at = out.column.push(leaf ? -1 : (split_indices[node] ?? -1)) - 1
    out.limit.push(short(split_conditions[node] ?? 0))
    out.right.push(0)
    out.missingLeft.push(!leaf && default_left[node] ? 1 : 0)
    out.cover.push(short(sum_hessian[node] ?? 0))
    if (leaf) return
    visit(left_children[node] ?? -1)
    out.right[at] = out.column.length
    visit(right_children[node] ?? -1)
  }
  visit(0)
  return out
}

/** Trees of an XGBoost model in our own layout. @throws ZodError when the model is laid out in another way */
export const treesOf = (model: unknown): Tree[] => modelSchema.parse(model).learner.gradient_booster.model.trees.map(inPreorder)
