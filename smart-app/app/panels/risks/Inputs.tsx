import type { ModelInput } from '../../../../src/contract/risk.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Said } from '../../words/Said.tsx'
import { quantityWords } from '../../words/values.ts'
import { Facts } from '../Facts.tsx'
import { TEXT } from './texts.ts'

const inputWords = (input: ModelInput): string => {
  if (input.value === null) return TEXT.absent
  return typeof input.value === 'number' ? quantityWords(input.value, input.unit) : input.value
}

/** What went into a model and where each value stands in the record. */
export const Inputs = ({ inputs }: { readonly inputs: readonly ModelInput[] }) =>
  inputs.length === 0 ? null : (
    <DataTable
      caption={TEXT.inputsCaption}
      rows={inputs}
      rowKey={(input) => input.name}
      columns={[
        { key: 'input', title: TEXT.input, namesRow: true, cell: (input) => <Said>{input.label}</Said> },
        { key: 'value', title: TEXT.value, cell: inputWords },
        {
          key: 'from',
          title: TEXT.from,
          cell: (input) => (
            <>
              {input.facts.length > 0 ? <Facts facts={input.facts} /> : TEXT.origins[input.origin]}
              {input.note ? (
                <p>
                  <Said>{input.note}</Said>
                </p>
              ) : null}
            </>
          ),
        },
      ]}
    />
  )
