import type { InputDescription } from '../../src/contract/models.ts'
import { DataTable } from '../ui/DataTable.tsx'
import { Panel } from '../ui/Panel.tsx'
import styles from './Inputs.module.css'
import { TEXT } from './texts.ts'

const SYSTEMS: Readonly<Record<string, string>> = {
  'http://loinc.org': 'LOINC',
  'http://snomed.info/sct': 'SNOMED CT',
  'http://www.nlm.nih.gov/research/umls/rxnorm': 'RxNorm',
  'http://hl7.org/fhir/sid/icd-10-cm': 'ICD-10-CM',
  'http://hl7.org/fhir/sid/icd-10': 'ICD-10',
}

/** Codes beyond these are folded away. */
const SHOWN = 3

const codeWords = ({ system, code }: InputDescription['codes'][number]): string => `${SYSTEMS[system] ?? system} ${code}`

const Codes = ({ codes }: Pick<InputDescription, 'codes'>) => {
  const rest = codes.slice(SHOWN)
  return (
    <>
      {codes.length > 0 ? <p className={styles.codes}>{codes.slice(0, SHOWN).map(codeWords).join(', ')}</p> : null}
      {rest.length > 0 ? (
        <details className={styles.codes}>
          <summary>+ {rest.length}</summary>
          {rest.map(codeWords).join(', ')}
        </details>
      ) : null}
    </>
  )
}

const rangeWords = ({ range, unit }: InputDescription): string =>
  range ? `${range.low} to ${range.high}${unit === '' ? '' : ` ${unit}`}` : ''

/** What goes in: codes, units, limits, age, and the rule for what is missing. */
export const Inputs = ({ inputs }: { readonly inputs: readonly InputDescription[] }) => (
  <Panel title={TEXT.tabs.inputs} lead={TEXT.inputsLead}>
    <DataTable
      caption={TEXT.inputsCaption}
      rows={inputs}
      rowKey={({ name }) => name}
      short={{ rows: 40, more: TEXT.moreInputs }}
      columns={[
        {
          key: 'input',
          title: TEXT.input,
          namesRow: true,
          cell: ({ label, name }) => (
            <>
              {label}
              <p className={styles.name}>
                <code>{name}</code>
              </p>
            </>
          ),
        },
        {
          key: 'from',
          title: TEXT.from,
          cell: ({ readAs, codes, note }) => (
            <>
              <p>{readAs}</p>
              <Codes codes={codes} />
              {note ? <p className={styles.codes}>{note}</p> : null}
            </>
          ),
        },
        { key: 'range', title: TEXT.range, cell: rangeWords },
        { key: 'fresh', title: TEXT.fresh, cell: ({ freshDays }) => (freshDays === null ? '' : TEXT.days(freshDays)) },
        { key: 'missing', title: TEXT.missing, cell: ({ missing }) => missing },
        { key: 'sensitive', title: TEXT.sensitive, cell: ({ sensitive }) => sensitive },
      ]}
    />
  </Panel>
)
