import type { ModelInput } from '../../../../src/contract/risk.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { TEXT } from '../../text.ts'
import { quantityWords } from '../../words/values.ts'
import { Facts } from '../Facts.tsx'

const inputWords = (input: ModelInput): string => {
  if (input.value === null) return TEXT.risks.absent
  return typeof input.value === 'number' ? quantityWords(input.value, input.unit) : input.value
}

/** What went into a model and where each value stands in the record. */
export const Inputs = ({ inputs }: { readonly inputs: readonly ModelInput[] }) =>
  inputs.length === 0 ? null : (
    <DataTable
      caption={TEXT.risks.inputsCaption}
      rows={inputs}
      rowKey={(input) => input.name}
      columns={[
        { key: 'input', title: TEXT.risks.input, namesRow: true, cell: (input) => input.label },
        { key: 'value', title: TEXT.risks.value, cell: inputWords },
        {
          key: 'from',
          title: TEXT.risks.from,
          cell: (input) => (
            <>
              {input.facts.length > 0 ? <Facts facts={input.facts} /> : TEXT.risks.origins[input.origin]}
              {input.note ? <p>{input.note}</p> : null}
            </>
          ),
        },
      ]}
    />
  )
