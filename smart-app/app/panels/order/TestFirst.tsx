import type { TestFirst as Test } from '../../../../src/contract/findings.ts'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { TEXT } from '../../text.ts'

/** A test that a source asks for before the first dose. */
export const TestFirst = ({ test }: { readonly test: Test }) => {
  const href = safeHref(test.url)
  return (
    <Panel title={TEXT.order.testFirst} lead={TEXT.order.demands[test.demand]}>
      <ul>
        {test.genes.map((gene) => (
          <li key={gene.gene}>
            <strong>{gene.gene}</strong>: {gene.test}
            {gene.coding ? (
              <>
                {' '}
                <code>{gene.coding.code}</code>
              </>
            ) : null}
          </li>
        ))}
      </ul>
      <p>
        {[test.source, test.year, test.basis].filter(Boolean).join(', ')}
        {href ? (
          <>
            {'. '}
            <a href={href} target="_blank" rel="noopener noreferrer" className="screen-only">
              {TEXT.order.open(test.source)}
            </a>
          </>
        ) : null}
      </p>
    </Panel>
  )
}
