import { Fragment } from 'react'
import type { ModelInput, RiskEstimate } from '../../../../src/contract/risk.ts'
import { SeverityShape } from '../../../ui/Severity.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { Said } from '../../words/Said.tsx'
import { modelledWords, quantityWords, unitWords } from '../../words/values.ts'
import styles from './Labs.module.css'
import { TEXT } from './texts.ts'
import { whenWords } from './words.ts'

/** What the server's models compute for a body system, at its head: value, class, inputs with their dates, model; or why there is none. */
export const Estimates = ({ profile, models }: { readonly profile: ProfileState; readonly models: readonly string[] }) => {
  if (models.length === 0) return null
  if (profile.estimates === null)
    return <p className={styles.note}>{profile.progress.kind === 'reading' ? TEXT.estimating : TEXT.noEstimates}</p>
  const own = profile.estimates.filter(({ model, general }) => general === true && models.includes(model.id))
  if (own.length === 0) return null
  return (
    <ul className={styles.estimates} aria-label={TEXT.estimates}>
      {own.map((estimate) => (
        <li key={`${estimate.model.id} ${estimate.title}`}>
          <Estimate estimate={estimate} />
        </li>
      ))}
    </ul>
  )
}

const Estimate = ({ estimate }: { readonly estimate: RiskEstimate }) => (
  <>
    <span className={styles.estimateTitle}>
      <Said>{estimate.title}</Said>
    </span>
    {estimate.state === 'estimated' ? <Estimated estimate={estimate} /> : <Refusal estimate={estimate} />}
    <span className={styles.small}>
      <Said>{estimate.model.name}</Said> {estimate.model.version}
    </span>
  </>
)

const Estimated = ({ estimate }: { readonly estimate: Extract<RiskEstimate, { state: 'estimated' }> }) => (
  <>
    <span className={styles.estimateValue}>
      {modelledWords(estimate.value)} {unitWords(estimate.unit)}
      {estimate.band ? (
        <>
          {' · '}
          <Said>{estimate.band}</Said>
        </>
      ) : null}
    </span>
    {(estimate.also ?? []).map(({ label, value, unit }) => (
      <span key={label} className={styles.small}>
        <Said>{label}</Said>: {modelledWords(value)} {unitWords(unit)}
      </span>
    ))}
    <span className={styles.small}>
      {TEXT.inputs}:{' '}
      {estimate.inputs.map((input, index) => (
        <Fragment key={input.name}>
          {index === 0 ? null : '; '}
          <Input input={input} />
        </Fragment>
      ))}
    </span>
    {estimate.population.fits ? null : (
      <span className={styles.small}>
        <Said>{estimate.population.limits.join(' ')}</Said>
      </span>
    )}
  </>
)

const Refusal = ({ estimate }: { readonly estimate: Extract<RiskEstimate, { state: 'refused' }> }) => (
  <>
    <span className={styles.refused}>
      <SeverityShape level="unknown" size={14} /> {TEXT.notComputed}
    </span>
    <span className={styles.small}>
      <Said>{[...new Set(estimate.because.map(({ because }) => because))].join(' ')}</Said>
    </span>
  </>
)

/** The model's name of an input and a value in words are the server's; number, unit and date are the page's. */
const Input = ({ input: { label, value, unit, origin, facts } }: { readonly input: ModelInput }) => {
  if (value === null)
    return (
      <>
        <Said>{label}</Said>: {TEXT.missingInput}
      </>
    )
  const date = facts[0]?.date
  const from = origin === 'default' ? TEXT.standsFor : date === undefined ? '' : whenWords(date.slice(0, 10))
  return (
    <>
      <Said>{label}</Said> {typeof value === 'number' ? quantityWords(value, unit) : <Said>{value}</Said>}
      {from === '' ? null : ` (${from})`}
    </>
  )
}
