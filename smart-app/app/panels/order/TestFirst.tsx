import type { TestFirst as Test } from '../../../../src/contract/findings.ts'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { Said } from '../../words/Said.tsx'
import styles from './DrugSection.module.css'
import { TEXT } from './texts.ts'

const Demand = ({ demand }: { readonly demand: Test['demands'][number] }) => {
  const href = safeHref(demand.url)
  return (
    <li>
      <Said>{[demand.source, demand.year, demand.basis].filter(Boolean).join(', ')}</Said>
      {demand.limit === null ? null : (
        <>
          {'. '}
          <Said>{TEXT.onlyFor(demand.limit)}</Said>
        </>
      )}
      {href ? (
        <>
          {'. '}
          <a href={href} target="_blank" rel="noopener noreferrer" className="screen-only">
            {TEXT.open(demand.source)}
          </a>
        </>
      ) : null}
    </li>
  )
}

/** Tests that sources ask for before the first dose, and each source's own request. */
export const TestFirst = ({ test }: { readonly test: Test }) => (
  <Panel title={TEXT.testFirst} lead={TEXT.demands[test.demand]}>
    <ul className={styles.gaps}>
      {test.genes.map((gene) => (
        <li key={gene.test}>
          <Said>
            <strong>{gene.gene}</strong>: {gene.test}
            {gene.limit === null ? null : ` (${gene.limit})`}
            {gene.coding ? (
              <>
                {' '}
                <code>{gene.coding.code}</code>
              </>
            ) : null}
            {`. ${gene.because}`}
          </Said>
        </li>
      ))}
      {test.ordersUnread === undefined ? null : (
        <li>
          <Said>{test.ordersUnread}</Said>
        </li>
      )}
    </ul>
    <ul className={styles.gaps}>
      {test.demands.map((demand) => (
        <Demand key={demand.row} demand={demand} />
      ))}
    </ul>
  </Panel>
)
