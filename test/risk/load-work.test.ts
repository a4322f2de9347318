import { readFileSync } from 'node:fs'
import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeRow } from '../../src/risk/encode.ts'
import { namesIn } from '../../src/risk/formula.ts'
import { rowsFrom } from '../../src/risk/inference/rows.ts'
import { keptParts } from '../../src/risk/kept-parts.ts'
import { readEquations } from '../../src/risk/kinds/equation.ts'
import type { Model } from '../../src/risk/load-model.ts'
import { coefficientsSchema, type Graph } from '../../src/risk/model-folder.ts'
import { loadModels } from '../../src/risk/registry.ts'

env.logLevel = 'fatal'
const noted = keptParts.note()
const models = await loadModels('models', { execution: 'cpu' })
afterAll(() => models.close())

/** The reference person of the graph, and others whose numbers lie somewhere round. */
const peopleOf = ({ input, reference }: Graph): number[][] => {
  const person = encodeRow(input.columns, reference)
  return Array.from({ length: 40 }, (_, n) =>
    person.map((value, column) => (n === 0 ? value : value * (0.7 + ((n * 7 + column) % 13) / 20))),
  )
}

const graphsOf = ({ ref, manifest }: Model) => manifest.graphs.map((graph) => [`${ref.id}/${graph.file}`, graph] as const)

describe('Loading models', () => {
  it.each(models.all.flatMap(graphsOf))(
    'gives the numbers of %s to the last bit as ONNX Runtime does after all its rewriting',
    async (path, graph) => {
      const rewritten = await InferenceSession.create(readFileSync(`models/${path}`), {
        graphOptimizationLevel: 'all',
        executionProviders: ['cpu'],
      })
      const { count, values } = rowsFrom(peopleOf(graph))
      const session = models.all.flatMap(({ variants }) => variants).find(({ session: { spec } }) => spec.name === path)?.session
      const ran = await session?.execute({ count, values })
      const expected = await rewritten.run({ [graph.input.name]: new Tensor('float64', values, [count, graph.input.columns.length]) })
      for (const name of session?.spec.outputs ?? []) expect(ran?.columns[name]).toEqual(expected[name]?.data)
      await rewritten.release()
    },
  )

  it('keeps of a build what the models share, so that a start does not check it once more', () => {
    const kept = Object.keys(JSON.parse(noted())).map((key) => key.split(' ')[0])
    expect(kept).toContain('medicine-classes.json')
    expect(kept).toContain('condition-sets.json')
  })

  it.each(['prevent', 'bcrat', 'kfre'])('knows which columns the equations of %s use, term by term and in their order', (model) => {
    const coefficients = coefficientsSchema.parse(JSON.parse(readFileSync(`models/${model}/coefficients.json`, 'utf8')))
    for (const { columns, terms } of readEquations(coefficients).values()) {
      expect(columns).toEqual([...new Set(terms.flatMap(({ formula }) => namesIn(formula)))])
      for (const term of terms) expect(term.columns).toEqual(namesIn(term.formula))
    }
  })
})
