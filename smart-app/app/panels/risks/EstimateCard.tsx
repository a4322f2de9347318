import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { KeyValue } from '../../../ui/KeyValue.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { TEXT } from '../../text.ts'
import { modelledWords, unitWords } from '../../words/values.ts'
import { Contributions } from './Contributions.tsx'
import styles from './EstimateCard.module.css'
import { Inputs } from './Inputs.tsx'
import { IntervalBar } from './IntervalBar.tsx'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>
type Refused = Extract<RiskEstimate, { state: 'refused' }>

/** One model's answer about this patient, or why it gives none. */
export const EstimateCard = ({ estimate }: { readonly estimate: RiskEstimate }) =>
  estimate.state === 'estimated' ? <Answer estimate={estimate} /> : <Refusal estimate={estimate} />

const Answer = ({ estimate }: { readonly estimate: Estimated }) => (
  <Panel title={estimate.title} heading="h3">
    <div className={styles.columns}>
      <div className={styles.figures}>
        <p className={styles.value}>
          <span className={styles.number}>{modelledWords(estimate.value)}</span> {unitWords(estimate.unit)}
          {estimate.label ? ` ${estimate.label}` : ''}
          {estimate.band ? `: ${estimate.band}` : ''}
        </p>
        <Also estimate={estimate} />
        <Interval estimate={estimate} />
        <IntervalBar estimate={estimate} />
        <Comparison estimate={estimate} />
        <Population estimate={estimate} />
      </div>
      <Contributions estimate={estimate} />
    </div>
    <Missing estimate={estimate} />
    <Inputs inputs={estimate.inputs} />
    {estimate.limits.length > 0 ? <List title={TEXT.risks.limits} lines={estimate.limits} /> : null}
    <Provenance estimate={estimate} />
  </Panel>
)

const Also = ({ estimate: { also = [] } }: { readonly estimate: Estimated }) =>
  also.length === 0 ? null : (
    <p className={styles.note}>
      {TEXT.risks.also}: {also.map((one) => `${one.label} ${modelledWords(one.value)} ${unitWords(one.unit)}`.trim()).join('; ')}
    </p>
  )

const Interval = ({ estimate: { interval, unit } }: { readonly estimate: Estimated }) => (
  <p className={styles.note}>
    {interval
      ? `${TEXT.risks.interval(interval.level)}: ${modelledWords(interval.low)} to ${modelledWords(interval.high)} ${unitWords(unit)} (${interval.basis})`
      : TEXT.risks.noInterval}
  </p>
)

const Comparison = ({ estimate }: { readonly estimate: Estimated }) =>
  estimate.comparison.length === 0 ? null : (
    <p className={styles.note}>
      {TEXT.risks.comparison} (○):{' '}
      {estimate.comparison.map((other) => `${other.variant} ${modelledWords(other.value)} ${unitWords(other.unit)}`).join('; ')}
    </p>
  )

const Population = ({ estimate: { population } }: { readonly estimate: Estimated }) => (
  <div>
    <Severity level={population.fits ? 'ok' : 'caution'}>{population.fits ? TEXT.risks.fits : TEXT.risks.fitsNot}</Severity>
    {population.limits.length > 0 ? (
      <ul className={styles.small}>
        {population.limits.map((limit) => (
          <li key={limit}>{limit}</li>
        ))}
      </ul>
    ) : null}
  </div>
)

const Missing = ({ estimate: { missing } }: { readonly estimate: Estimated }) =>
  missing.length === 0 ? null : (
    <Notice level="unknown" title={TEXT.risks.missing}>
      <ul className={styles.small}>
        {missing.map((input) => (
          <li key={input.name}>
            <strong>{input.label}</strong>: {input.effect}
          </li>
        ))}
      </ul>
    </Notice>
  )

const List = ({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) => (
  <div className={styles.small}>
    <h4>{title}</h4>
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  </div>
)

/** What stands behind the number, folded; a hash is shown by its beginning, the whole stands in its title. */
const Provenance = ({ estimate: { model, ...estimate } }: { readonly estimate: Estimated | Refused }) => (
  <details className={styles.about}>
    <summary>
      {TEXT.risks.about}: {model.name} {model.version}
    </summary>
    <KeyValue
      pairs={[
        ...('execution' in estimate ? [{ term: TEXT.risks.variant, value: estimate.variant }] : []),
        { term: TEXT.risks.citation, value: model.citation },
        { term: TEXT.risks.hash, value: <code title={model.sha256}>{model.sha256.slice(0, 16)}…</code> },
        ...('execution' in estimate ? [{ term: TEXT.risks.execution, value: estimate.execution.toUpperCase() }] : []),
      ]}
    />
    <p>
      <a href={`/models/#/${model.id}`} target="_blank" rel="noopener noreferrer">
        {TEXT.risks.card}
        <span className="visually-hidden"> ({TEXT.risks.newTab})</span>
      </a>
    </p>
  </details>
)

const Refusal = ({ estimate }: { readonly estimate: Refused }) => (
  <Panel title={estimate.title} heading="h3" actions={<Severity level="unknown">{TEXT.risks.refusedLevel}</Severity>}>
    <Notice level="unknown" title={TEXT.risks.refused}>
      <ul className={styles.small}>
        {estimate.because.map((gap) => (
          <li key={`${gap.about} ${gap.because}`}>
            {gap.about}: {gap.because}
          </li>
        ))}
      </ul>
    </Notice>
    <Inputs inputs={estimate.inputs} />
    <Provenance estimate={estimate} />
  </Panel>
)
