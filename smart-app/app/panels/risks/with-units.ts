import type { ModelInput } from '../../../../src/contract/risk.ts'
import { unitWords } from '../../words/values.ts'

/** A line of the server about an input (`Systolic blood pressure: 121 mm[Hg]`) with the unit as clinicians write it. */
export const withUnits = (line: string, inputs: readonly ModelInput[]): string => {
  const input = inputs.find(({ label, unit }) => unit !== '' && line.startsWith(`${label}: `) && line.endsWith(` ${unit}`))
  return input ? `${line.slice(0, -input.unit.length)}${unitWords(input.unit)}` : line
}
