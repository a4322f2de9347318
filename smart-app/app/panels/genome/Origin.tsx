import type { Lineage } from '../../../../src/contract/lineage.ts'
import { dateWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import styles from './genome.module.css'
import { TEXT } from './texts.ts'

/** Laboratory, day and method of a result, with the resource it stands in. */
export const Origin = ({
  lineage,
  method,
  brief = false,
}: {
  readonly lineage: Lineage
  readonly method?: string | null
  /** Without the resource, where it stands one step further in. */
  readonly brief?: boolean
}) => (
  <div className={brief ? `${styles.origin} ${styles.brief}` : styles.origin}>
    <span>{lineage.source ?? TEXT.genes.notStated}</span>
    <span>
      {lineage.date ? dateWords(lineage.date) : TEXT.genes.undated}
      {method === undefined ? null : ' · '}
      {method === undefined ? null : method === null ? TEXT.genes.methodMissing : <Said>{method}</Said>}
    </span>
    {brief ? null : <code>{lineage.resource}</code>}
  </div>
)
