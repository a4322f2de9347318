import { z } from 'zod'
import type { Basis, Kind } from '../basis.ts'
import { replacementReasons } from './external-reasons.ts'

/** What a folder says of a graph whose inner form is not known here: where it came from, and what each number uses. */
export const externalSchema = z.strictObject({
  id: z.string(),
  citation: z.string().min(1),
  /** The file that the site made; `model.onnx` is the same graph between ports of our form. */
  madeFrom: z.strictObject({ file: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** `replacement`: how the number changes when inputs are those of the reference person. `none`: the estimate has no reasons, and says so. */
  reasons: z.enum(['replacement', 'none']),
  bases: z.record(z.string(), z.strictObject({ columns: z.array(z.string()).min(1) })),
})

const noReasons: Basis['reasons'] = async ({ rawOf, values }) => {
  const [raw = Number.NaN] = await rawOf([values])
  return { baseline: raw, contributions: [] }
}

/** A site's own graph. It has no second implementation: its test vectors are what it is held to. */
export const external: Kind = {
  file: 'external.json',
  agree: 1e-6, // most such graphs compute with single precision
  read: (json) => {
    const { id, citation, reasons, bases } = externalSchema.parse(json)
    const made = Object.entries(bases).map(([basis, { columns }]): [string, Basis] => [
      basis,
      { id: basis, columns, reasons: reasons === 'none' ? noReasons : replacementReasons },
    ])
    return { id, citation, bases: new Map(made) }
  },
}
