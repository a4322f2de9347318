import type { DrugAssessment } from '../../../../src/contract/findings.ts'
import type { MomentAnswer, MomentNumber } from '../../../../src/contract/moments.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { Button } from '../../../ui/Button.tsx'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { type Level, Severity } from '../../../ui/Severity.tsx'
import { fixedWords } from '../../words/numbers.ts'
import { Said } from '../../words/Said.tsx'
import { modelledWords, unitWords } from '../../words/values.ts'
import { Facts } from '../Facts.tsx'
import styles from './Moments.module.css'
import { TEXT } from './texts.ts'

/** To the digits of the card, so that card and panel show the same number. */
const amount = (value: number): string => fixedWords(value, Math.abs(value) >= 10 || Number.isInteger(value) ? 0 : 1)

const withUnit = ({ value, unit }: Pick<MomentNumber, 'value' | 'unit'>): string => `${amount(value)}\u00a0${unitWords(unit)}`.trim()

const LEVELS: { readonly [state in MomentAnswer['state']]: Level } = {
  speaks: 'warning',
  beside: 'info',
  silent: 'none',
  'not-computed': 'unknown',
}

const levelOf = ({ state, indicator }: MomentAnswer): Level => (state === 'speaks' ? indicator : LEVELS[state])

type SaidOfMoment = NonNullable<PanelWords['moments']>[number] | undefined

/** What models say when this drug is ordered, and what they say about the drug itself. */
export const Moments = ({
  drug,
  words,
  open,
}: {
  readonly drug: DrugAssessment
  readonly words: PanelWords
  readonly open: (view: string) => void
}) => {
  const moments = drug.moments ?? []
  const told = moments.filter(({ state }) => state !== 'silent')
  const silent = moments.filter(({ state }) => state === 'silent')
  const saidOf = (answer: MomentAnswer): SaidOfMoment =>
    words.moments?.find((one) => one.ref === drug.ref && one.drug === drug.drug.name && one.moment === answer.moment)
  const inMoments = new Set(told.flatMap(({ estimates }) => estimates.map(({ model, title }) => `${model.id} ${title}`)))
  const estimates = drug.estimates.filter(({ model, title }) => !inMoments.has(`${model.id} ${title}`))
  if (moments.length === 0 && estimates.length === 0) return null
  return (
    <Panel
      title={TEXT.momentsTitle}
      lead={moments.length > 0 ? TEXT.momentsLead : undefined}
      actions={
        <Button look="quiet" onClick={() => open('risks')}>
          {TEXT.allRisks}
        </Button>
      }
    >
      {told.length > 0 ? (
        <ul className={styles.moments}>
          {told.map((answer) => (
            <li key={answer.moment}>
              <Moment answer={answer} said={saidOf(answer)} />
            </li>
          ))}
        </ul>
      ) : null}
      {estimates.length > 0 ? <Estimates estimates={estimates} /> : null}
      {silent.length > 0 ? (
        <details className={styles.silent}>
          <summary>{TEXT.momentsSilent(silent.length)}</summary>
          <ul>
            {silent.map((answer) => (
              <li key={answer.moment}>
                <Said>
                  <strong>{answer.title}</strong>: {answer.because}
                </Said>{' '}
                {answer.numbers.map(withUnit).join('; ')}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </Panel>
  )
}

const Moment = ({ answer, said }: { readonly answer: MomentAnswer; readonly said: SaidOfMoment }) => (
  <div className={styles.moment}>
    <p className={styles.head}>
      <Severity level={levelOf(answer)}>{TEXT.momentStates[answer.state]}</Severity>
      <strong>
        <Said>{said?.headline ?? answer.title}</Said>
      </strong>
    </p>
    {said?.brief ? (
      <p>
        <Said>{said.brief}</Said>
      </p>
    ) : null}
    {answer.numbers.length > 0 ? (
      <ul className={styles.numbers}>
        {answer.numbers.map((number) => (
          <li key={number.name}>
            <Figure number={number} />
          </li>
        ))}
      </ul>
    ) : null}
    {said && said.advice.length > 0 ? (
      <ul className={styles.small}>
        {said.advice.map((line) => (
          <li key={line}>
            <Said>{line}</Said>
          </li>
        ))}
      </ul>
    ) : null}
    <p className={styles.note}>
      {answer.state === 'not-computed' ? TEXT.whyNot : TEXT.threshold}: <Said>{answer.because}</Said>
    </p>
    <Behind answer={answer} />
  </div>
)

const Figure = ({ number }: { readonly number: MomentNumber }) => (
  <>
    <span className={styles.value}>{withUnit(number)}</span>
    {number.band ? (
      <>
        {' '}
        <strong>
          <Said>{number.band}</Said>
        </strong>
      </>
    ) : null}{' '}
    <Said>{number.says}</Said>
    <span className={styles.note}>
      {' · '}
      {number.interval
        ? `${TEXT.interval(amount(number.interval.level * 100))} ${amount(number.interval.low)} ${TEXT.to} ${amount(number.interval.high)}`
        : TEXT.noInterval}
      {' · '}
      {TEXT.by} <Said>{number.by}</Said>
      {(number.others ?? []).map((other) => (
        <span key={other.by}>
          {' · '}
          <Said>{other.by}</Said>: {withUnit(other)}
        </span>
      ))}
    </span>
  </>
)

/** What the numbers rest on, who says so, and where they end. */
const Behind = ({ answer: { benefit, found, sources, limits, numbers, estimates } }: { readonly answer: MomentAnswer }) => (
  <>
    {benefit ? (
      <p className={styles.small}>
        <Said>{benefit.says}</Said>: {TEXT.fewer(amount(benefit.fewerLow), amount(benefit.fewer), amount(benefit.fewerHigh))}
      </p>
    ) : null}
    {found.length > 0 ? (
      <ul className={styles.small} aria-label={TEXT.foundIn}>
        {found.map(({ words, facts }) => (
          <li key={words}>
            <Said>{words}</Said>
            <Facts facts={facts} />
          </li>
        ))}
      </ul>
    ) : null}
    <p className={styles.links}>
      {sources.map(({ label, url }) => {
        const href = safeHref(url)
        return href ? (
          <a key={url} href={href} target="_blank" rel="noopener noreferrer">
            <Said>{label}</Said>
          </a>
        ) : (
          <Said key={url}>{label}</Said>
        )
      })}
      <ModelCards estimates={estimates} />
    </p>
    {numbers.length > 0 ? (
      <p className={styles.note}>
        {TEXT.limits}: <Said>{limits}</Said>
      </p>
    ) : null}
  </>
)

const ModelCards = ({ estimates }: { readonly estimates: readonly RiskEstimate[] }) => (
  <>
    {[...new Map(estimates.map(({ model }) => [model.id, model])).values()].map((model) => (
      <a key={model.id} href={`/models/#/${encodeURIComponent(model.id)}`} target="_blank" rel="noopener noreferrer">
        {TEXT.modelCard(`${model.name} ${model.version}`)}
      </a>
    ))}
  </>
)

/** Each model's answer about the drug itself, in one line; contributions and inputs stand under Risks. */
const Estimates = ({ estimates }: { readonly estimates: readonly RiskEstimate[] }) => (
  <div>
    <h3 className={styles.title}>{TEXT.estimates}</h3>
    <ul className={styles.moments}>
      {estimates.map((estimate) => (
        <li key={`${estimate.model.id} ${estimate.title}`} className={styles.estimate}>
          <strong>
            <Said>{estimate.title}</Said>
          </strong>
          {estimate.state === 'estimated' ? (
            <Estimated estimate={estimate} />
          ) : (
            <p>
              <Severity level="unknown">{TEXT.estimateRefused}</Severity>{' '}
              <Said>{estimate.because.map(({ about, because }) => `${about}: ${because}`).join('; ')}</Said>
            </p>
          )}
          <p className={styles.links}>
            <ModelCards estimates={[estimate]} />
          </p>
        </li>
      ))}
    </ul>
  </div>
)

const Estimated = ({ estimate }: { readonly estimate: Extract<RiskEstimate, { state: 'estimated' }> }) => {
  const { value, unit, label, band, interval, population, missing } = estimate
  return (
    <p>
      <span className={styles.value}>
        {modelledWords(value)} {unitWords(unit)}
      </span>
      <Said>
        {label ? ` ${label}` : ''}
        {band ? `: ${band}` : ''}
      </Said>
      <span className={styles.note}>
        {' · '}
        {interval
          ? `${TEXT.interval(amount(interval.level * 100))} ${modelledWords(interval.low)} ${TEXT.to} ${modelledWords(interval.high)} ${unitWords(unit)}`
          : TEXT.noInterval}
        {' · '}
        {population.fits ? TEXT.fits : TEXT.fitsNot}
        {missing.length > 0 ? ` · ${TEXT.missingInputs(missing.length)}: ` : ''}
        {missing.length > 0 ? <Said>{missing.map((input) => input.label).join(', ')}</Said> : null}
      </span>
    </p>
  )
}
