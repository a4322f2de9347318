import { AttuneError } from '../errors.ts'
import type { Reasons } from './basis.ts'
import { encodeRow } from './encode.ts'
import type { LoadedOutput, LoadedVariant } from './load-model.ts'
import type { Values } from './model-folder.ts'
import { agree, wholeRow } from './run-variant.ts'

/** The person that contributions are counted from, for this patient: the inputs that the graph leaves as they are are the patient's. */
const referenceFor = ({ graph }: LoadedVariant, values: Values): Values => {
  const same = graph.sameAsPatient.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const]))
  return { ...graph.reference, ...Object.fromEntries(same) }
}

/**
 * What each input adds to the raw output of one row.
 * @throws AttuneError `model-failed` when the contributions do not add up to it
 */
export const reasonsOf = async (variant: LoadedVariant, output: LoadedOutput, raw: number, values: Values): Promise<Reasons> => {
  const { columns } = variant.graph.input
  const row = wholeRow(variant, values)
  const reasons = await output.basis.reasons({
    columns,
    values: row,
    reference: referenceFor(variant, row),
    run: (outputs) => variant.session.run([encodeRow(columns, row)], outputs),
    rawOf: async (rows) => {
      const given = await variant.session.run(
        rows.map((one) => encodeRow(columns, one)),
        [output.raw],
      )
      return given[output.raw] ?? Float64Array.of()
    },
  })
  const sum = reasons.contributions.reduce((total, { contribution }) => total + contribution, reasons.baseline)
  if (agree(sum, raw, variant.agree)) return reasons
  throw new AttuneError('model-failed', `${variant.spec.id}: contributions do not add up to the output`)
}
