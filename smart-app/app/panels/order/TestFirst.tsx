import type { TestFirst as Test } from '../../../../src/contract/findings.ts'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { TEXT } from '../../text.ts'

const Demand = ({ demand }: { readonly demand: Test['demands'][number] }) => {
  const href = safeHref(demand.url)
  return (
    <li>
      {[demand.source, demand.year, demand.basis].filter(Boolean).join(', ')}
      {demand.limit === null ? null : `. ${TEXT.order.onlyFor(demand.limit)}`}
      {href ? (
        <>
          {'. '}
          <a href={href} target="_blank" rel="noopener noreferrer" className="screen-only">
            {TEXT.order.open(demand.source)}
          </a>
        </>
      ) : null}
    </li>
  )
}

/** Tests that sources ask for before the first dose, and each source's own request. */
export const TestFirst = ({ test }: { readonly test: Test }) => (
  <Panel title={TEXT.order.testFirst} lead={TEXT.order.demands[test.demand]}>
    <ul>
      {test.genes.map((gene) => (
        <li key={gene.test}>
          <strong>{gene.gene}</strong>: {gene.test}
          {gene.limit === null ? null : ` (${gene.limit})`}
          {gene.coding ? (
            <>
              {' '}
              <code>{gene.coding.code}</code>
            </>
          ) : null}
          {`. ${gene.because}`}
        </li>
      ))}
      {test.ordersUnread === undefined ? null : <li>{test.ordersUnread}</li>}
    </ul>
    <ul>
      {test.demands.map((demand) => (
        <Demand key={demand.row} demand={demand} />
      ))}
    </ul>
  </Panel>
)
