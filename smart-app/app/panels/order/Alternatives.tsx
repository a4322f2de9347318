import type { Alternative } from '../../../../src/contract/findings.ts'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { TEXT } from '../../text.ts'
import { VERDICTS } from '../../words/severity.ts'
import { Facts } from '../Facts.tsx'
import styles from './Alternatives.module.css'

/** Other drugs that a source names, each with what was checked for this patient. */
export const Alternatives = ({ alternatives }: { readonly alternatives: readonly Alternative[] }) => (
  <Panel title={TEXT.order.alternatives} lead={TEXT.order.alternativesLead}>
    <ul className={styles.list}>
      {alternatives.map((alternative) => (
        <li key={alternative.drug.name} className={styles.alternative}>
          <p className={styles.head}>
            <strong>{alternative.drug.name}</strong>
            <Severity level={VERDICTS[alternative.verdict].level}>{VERDICTS[alternative.verdict].word}</Severity>
            <span className={styles.note}>{TEXT.order.namedBy(alternative.namedBy.join(', '))}</span>
          </p>
          {alternative.verdict === 'fits' ? <Offer alternative={alternative} /> : null}
          <Checks checks={alternative.checked} />
        </li>
      ))}
    </ul>
  </Panel>
)

/** As what a replacement that fits can be ordered, with the first dose that its source gives; or why there is no order. */
const Offer = ({ alternative: { product, noProduct, start } }: { readonly alternative: Alternative }) => {
  if (product === null) return noProduct === undefined ? null : <p className={styles.note}>{TEXT.order.notOffered(noProduct)}</p>
  const href = start ? safeHref(start.url) : null
  return (
    <p className={styles.note}>
      {TEXT.order.offeredAs(product.display)}
      {start ? `${TEXT.order.firstDose(start.mgPerDose, start.timesPerDay)} (` : TEXT.order.doseOpen}
      {start && href ? (
        <a href={href} target="_blank" rel="noopener noreferrer">
          {start.source}
        </a>
      ) : (
        start?.source
      )}
      {start ? ')' : null}
    </p>
  )
}

type Check = Alternative['checked'][number]

/** What stands against the drug and what was not checked, in full; what was checked and is fine, in one line that opens. */
const Checks = ({ checks }: { readonly checks: readonly Check[] }) => {
  const fine = checks.filter((check) => check.result === 'ok')
  const open = checks.filter((check) => check.result !== 'ok')
  return (
    <>
      {open.length > 0 ? <CheckList checks={open} /> : null}
      {fine.length > 0 ? (
        <details className={styles.fine}>
          <summary>{TEXT.order.checkedFine(fine.map((check) => check.what).join(', '))}</summary>
          <CheckList checks={fine} />
        </details>
      ) : null}
    </>
  )
}

const CheckList = ({ checks }: { readonly checks: readonly Check[] }) => (
  <ul className={styles.checks}>
    {checks.map((check) => (
      <li key={`${check.what} ${check.because}`} className={styles[check.result]}>
        <span>{check.what}</span>: {TEXT.order.checkResults[check.result]}
        {check.because === '' ? null : `, ${check.because}`}
        <Facts facts={check.facts} />
      </li>
    ))}
  </ul>
)
