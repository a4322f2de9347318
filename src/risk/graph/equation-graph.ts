import { type Equation, readEquations } from '../kinds/equation.ts'
import { type Coefficients, coefficientsSchema, type Graph } from '../model-folder.ts'
import type { RawWriter } from './graph.ts'
import { pick, type Sheet, write } from './sheet.ts'

/** All equations at once: the distinct terms side by side, times one matrix of coefficients. */
const writeRaw = (sheet: Sheet, { input }: Graph, equations: readonly Equation[]): string => {
  const place = new Map(input.columns.map(({ term }, index) => [term, index]))
  const column = (name: string): string => {
    const index = place.get(name)
    if (index === undefined) throw new Error(`no column for ${name}`)
    return pick(sheet, input.name, index)
  }
  const weights = new Map<string, number[]>()
  equations.forEach(({ terms }, n) => {
    for (const { formula, coefficient } of terms) {
      const tensor = write(sheet, formula, column)
      const row = weights.get(tensor) ?? equations.map(() => 0)
      row[n] = (row[n] ?? 0) + coefficient
      weights.set(tensor, row)
    }
  })
  const terms = sheet.node('Concat', [...weights.keys()], { axis: 1 })
  const matrix = sheet.constant([weights.size, equations.length], [...weights.values()].flat())
  const intercepts = sheet.constant(
    [equations.length],
    equations.map(({ intercept }) => intercept),
  )
  return sheet.node('Add', [sheet.node('MatMul', [terms, matrix]), intercepts])
}

/** Equations by id, as one product of terms and coefficients. */
export const writeEquations: RawWriter = (json, graph, ids, sheet) => {
  const coefficients: Coefficients = coefficientsSchema.parse(json)
  const all = readEquations(coefficients)
  const equations = ids.map((id) => {
    const equation = all.get(id)
    if (!equation) throw new Error(`no equation ${id}`)
    return equation
  })
  const raws = writeRaw(sheet, graph, equations)
  return { raws: ids.map((_, index) => pick(sheet, raws, index)) }
}
