import type { SomaticFinding } from '../../../../src/contract/variants.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { localDigits } from '../../words/numbers.ts'
import { Said } from '../../words/Said.tsx'
import { unitWords } from '../../words/values.ts'
import styles from './genome.module.css'
import { VariantNames } from './Hereditary.tsx'
import { Origin } from './Origin.tsx'
import { TEXT } from './texts.ts'

const T = TEXT.somatic

const frequencyWords = ({ alleleFrequency }: SomaticFinding): string =>
  alleleFrequency === null ? T.unstated : `${localDigits(String(alleleFrequency.value))}\u00a0${unitWords(alleleFrequency.unit)}`

/** Changes of a tumour, apart from everything inherited. */
export const Somatic = ({ findings }: { readonly findings: readonly SomaticFinding[] }) => (
  <DataTable
    caption={T.caption}
    rows={findings}
    rowKey={({ id }) => id}
    columns={[
      {
        key: 'variant',
        title: T.variant,
        namesRow: true,
        cell: ({ gene, variant, statement }) => (
          <>
            <VariantNames gene={gene} variant={variant} />
            {statement.because ? (
              <span className={styles.note}>
                <Said>{statement.because}</Said>
              </span>
            ) : null}
          </>
        ),
      },
      { key: 'frequency', title: T.frequency, cell: frequencyWords },
      { key: 'specimen', title: T.specimen, cell: ({ specimen }) => (specimen === null ? T.unstated : <Said>{specimen}</Said>) },
      { key: 'source', title: T.source, cell: ({ statement }) => <Origin lineage={statement.lineage} method={statement.method} /> },
    ]}
  />
)
