import type { MeasuredValue } from '../../../../src/contract/facts.ts'
import { Said } from '../../words/Said.tsx'
import { TEXT } from './texts.ts'
import { shortValue } from './words.ts'

/** A value as a clinician writes it; why there is none is the server's sentence. */
export const ValueWords = ({ value }: { readonly value: MeasuredValue }) =>
  value.kind === 'absent' ? (
    <>
      {TEXT.noValue('').trim()} <Said>{value.because}</Said>
    </>
  ) : (
    shortValue(value)
  )
