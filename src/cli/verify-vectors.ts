import { AttuneError } from '../errors.ts'
import { vectorsSchema } from '../risk/model-folder.ts'
import type { Models } from '../risk/registry.ts'
import { isAbout, runVectors, type Vector, type VectorResult } from '../risk/vectors.ts'

export type VectorReport = {
  /** Model as the file names it. */
  readonly model: string
  readonly results: readonly VectorResult[]
  /** Largest difference between output and expectation over the vectors that ran; null when none did. */
  readonly largest: number | null
}

/** A file of model test vectors: `{ model, vectors: [{ id, inputs, expected, tolerance }] }`. */
export const isVectorFile = (content: unknown): boolean =>
  typeof content === 'object' && content !== null && 'model' in content && 'vectors' in content && Array.isArray(content.vectors)

/**
 * Runs the vectors of one file through the models being served. Models and variants of other releases are skipped, never passed.
 * @throws AttuneError `input-unreadable` when the content does not have that layout
 */
export const verifyVectors = async (content: unknown, models: Models): Promise<VectorReport> => {
  const parsed = vectorsSchema.safeParse(content)
  if (!parsed.success) throw new AttuneError('input-unreadable', 'this is not a file of model test vectors')
  const { model: name, vectors } = parsed.data
  const named = models.all.filter(({ manifest }) => manifest.id === name || manifest.vectors.names.includes(name))
  const owners = vectors.map((vector) => named.find((model) => isAbout(model, vector)))
  const ran = new Map<Vector, VectorResult>()
  for (const model of new Set(owners)) {
    const own = vectors.filter((_, at) => owners[at] === model)
    if (model)
      (await runVectors(model, own)).forEach((result, at) => {
        ran.set(own[at] as Vector, result) // one result per vector
      })
  }
  const results = vectors.map(
    (vector): VectorResult => ran.get(vector) ?? { id: vector.id, state: 'skipped', because: `model ${name} is not in this release` },
  )
  const differences = results.flatMap((result) => (result.state === 'skipped' ? [] : [result.difference]))
  return { model: name, results, largest: differences.length === 0 ? null : Math.max(...differences) }
}
