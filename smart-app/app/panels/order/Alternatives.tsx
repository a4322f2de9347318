import type { Alternative } from '../../../../src/contract/findings.ts'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { type Level, Severity, SeverityShape } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import { VERDICTS } from '../../words/severity.ts'
import { numberWords } from '../../words/values.ts'
import { Facts } from '../Facts.tsx'
import styles from './Alternatives.module.css'
import { TEXT } from './texts.ts'

/** As many stand open as fit on the first screen; the others fold. */
const OPEN = 3

/** Other drugs that a source names, each with what was checked for this patient. */
export const Alternatives = ({ alternatives }: { readonly alternatives: readonly Alternative[] }) => {
  const [first, rest] = [alternatives.slice(0, OPEN), alternatives.slice(OPEN)]
  return (
    <Panel title={TEXT.alternatives} lead={TEXT.alternativesLead}>
      <List alternatives={first} />
      {rest.length > 0 ? (
        <details className={styles.rest}>
          <summary>{TEXT.alternativesMore(rest.length)}</summary>
          <List alternatives={rest} />
        </details>
      ) : null}
    </Panel>
  )
}

const List = ({ alternatives }: { readonly alternatives: readonly Alternative[] }) => (
  <ul className={styles.list}>
    {alternatives.map((alternative) => (
      <li key={alternative.drug.name} className={styles.alternative}>
        <p className={styles.head}>
          <strong>{alternative.drug.name}</strong>
          <Severity level={VERDICTS[alternative.verdict].level}>{VERDICTS[alternative.verdict].word}</Severity>
          <span className={styles.note}>{TEXT.namedBy(alternative.namedBy.join(', '))}</span>
        </p>
        {alternative.verdict === 'fits' ? <Offer alternative={alternative} /> : null}
        <Checks checks={alternative.checked} />
      </li>
    ))}
  </ul>
)

/** As what a replacement that fits can be ordered, with the first dose that its source gives; or why there is no order. */
const Offer = ({ alternative: { product, noProduct, start } }: { readonly alternative: Alternative }) => {
  if (product === null)
    return noProduct === undefined ? null : (
      <p className={styles.note}>
        {TEXT.notOffered} <Said>{noProduct}</Said>
      </p>
    )
  const href = start ? safeHref(start.url) : null
  return (
    <p className={styles.offer}>
      {TEXT.offeredAs(product.display)}
      {start ? `${TEXT.firstDose(numberWords(start.mgPerDose), start.timesPerDay)} (` : TEXT.doseOpen}
      {start && href ? (
        <a href={href} target="_blank" rel="noopener noreferrer">
          <Said>{start.source}</Said>
        </a>
      ) : start ? (
        <Said>{start.source}</Said>
      ) : null}
      {start ? ')' : null}
    </p>
  )
}

type Check = Alternative['checked'][number]

const RESULT_LEVELS: { readonly [result in Check['result']]: Level } = { ok: 'ok', problem: 'warning', 'not-checked': 'unknown' }

const RESULTS: readonly Check['result'][] = ['problem', 'not-checked', 'ok']

/** What stands against the drug is always in sight; every check with its fact, date and result is one click away. */
const Checks = ({ checks }: { readonly checks: readonly Check[] }) => {
  const problems = checks.filter((check) => check.result === 'problem')
  // The verdict says that nothing was checked; an empty fold would say nothing.
  if (checks.length === 0) return null
  return (
    <>
      {problems.length > 0 ? <CheckList checks={problems} /> : null}
      <details className={styles.checks}>
        <summary>
          {RESULTS.map((result) => {
            const number = checks.filter((check) => check.result === result).length
            return number === 0 ? null : (
              <span key={result} className={styles.tally}>
                <SeverityShape level={RESULT_LEVELS[result]} size={14} /> {TEXT.tally(number, TEXT.checkResults[result])}
              </span>
            )
          })}
        </summary>
        <CheckList checks={checks.toSorted((a, b) => RESULTS.indexOf(a.result) - RESULTS.indexOf(b.result))} />
      </details>
    </>
  )
}

const CheckList = ({ checks }: { readonly checks: readonly Check[] }) => (
  <ul className={styles.results}>
    {checks.map((check) => (
      <li key={`${check.what} ${check.because}`} className={styles.result}>
        <SeverityShape level={RESULT_LEVELS[check.result]} size={14} />
        <div>
          <Said>
            <span className={styles.what}>{check.what}</span>
          </Said>
          : {TEXT.checkResults[check.result]}
          {check.because === '' ? null : (
            <>
              , <Said>{check.because}</Said>
            </>
          )}
          {check.found === undefined ? null : (
            <>
              {' '}
              (<Said>{check.found}</Said>)
            </>
          )}
          <Facts facts={check.facts} />
        </div>
      </li>
    ))}
  </ul>
)
