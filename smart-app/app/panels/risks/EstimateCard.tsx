import { lazy, type ReactNode, Suspense } from 'react'
import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { Button } from '../../../ui/Button.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { Said } from '../../words/Said.tsx'
import { anchorOf } from './anchor.ts'
import { Contributions } from './Contributions.tsx'
import styles from './EstimateCard.module.css'
import { Figure } from './Figure.tsx'
import { Inputs } from './Inputs.tsx'
import { MissingEffects } from './MissingEffects.tsx'
import { Provenance } from './Provenance.tsx'
import { TEXT } from './texts.ts'

/** With the charts, which the order in hand does without. */
const Trend = lazy(() => import('./Trend.tsx'))

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>
type Refused = Extract<RiskEstimate, { state: 'refused' }>

/** One model's answer about this patient, or why it gives none. Without `view`, in another view, it shows what it has and asks nothing. */
export const EstimateCard = ({ estimate, view }: { readonly estimate: RiskEstimate; readonly view?: ViewProps | undefined }) => (
  <div id={anchorOf(estimate)} tabIndex={-1} className={styles.card}>
    {estimate.state === 'estimated' ? <Answer estimate={estimate} view={view} /> : <Refusal estimate={estimate} view={view} />}
  </div>
)

const Answer = ({ estimate, view }: { readonly estimate: Estimated; readonly view?: ViewProps | undefined }) => (
  <Panel
    title={<Said>{estimate.title}</Said>}
    heading="h3"
    lead={estimate.general === true ? undefined : TEXT.inHand}
    actions={
      estimate.general === true && view ? (
        <Button look="quiet" onClick={() => view.open('what-if')}>
          {TEXT.tryOther}
        </Button>
      ) : null
    }
  >
    <div className={styles.columns}>
      <div className={styles.side}>
        <Figure estimate={estimate} />
        {view && estimate.general === true ? (
          <Suspense fallback={null}>
            <Trend estimate={estimate} profile={view.profile} />
          </Suspense>
        ) : null}
      </div>
      <Contributions estimate={estimate} />
    </div>
    <Missing estimate={estimate} view={view} />
    <Details title={TEXT.inputs(estimate.inputs.length)}>
      <Inputs inputs={estimate.inputs} />
    </Details>
    {estimate.limits.length > 0 ? (
      <Details title={`${TEXT.limits} (${estimate.limits.length})`}>
        <List lines={estimate.limits} />
      </Details>
    ) : null}
    <Provenance estimate={estimate} />
  </Panel>
)

const Missing = ({ estimate, view }: { readonly estimate: Estimated; readonly view?: ViewProps | undefined }) =>
  estimate.missing.length === 0 ? null : (
    <Notice level="unknown" title={TEXT.missing}>
      <ul className={styles.small}>
        {estimate.missing.map((input) => (
          <li key={input.name}>
            <strong>
              <Said>{input.label}</Said>
            </strong>
            : <Said>{input.effect}</Said>
          </li>
        ))}
      </ul>
      {view ? <MissingEffects estimate={estimate} session={view.session} /> : null}
    </Notice>
  )

const Details = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <details className={styles.about}>
    <summary>{title}</summary>
    {children}
  </details>
)

const List = ({ lines }: { readonly lines: readonly string[] }) => (
  <ul className={styles.small}>
    {lines.map((line) => (
      <li key={line}>
        <Said>{line}</Said>
      </li>
    ))}
  </ul>
)

const Refusal = ({ estimate, view }: { readonly estimate: Refused; readonly view?: ViewProps | undefined }) => (
  <Panel title={<Said>{estimate.title}</Said>} heading="h3" actions={<Severity level="unknown">{TEXT.refusedLevel}</Severity>}>
    <Notice level="unknown" title={TEXT.refused}>
      <ul className={styles.small}>
        {estimate.because.map((gap) => (
          <li key={`${gap.about} ${gap.because}`}>
            <Said>
              {gap.about}: {gap.because}
            </Said>
          </li>
        ))}
      </ul>
      {view ? <MissingEffects estimate={estimate} session={view.session} /> : null}
    </Notice>
    <Details title={TEXT.inputs(estimate.inputs.length)}>
      <Inputs inputs={estimate.inputs} />
    </Details>
    <Provenance estimate={estimate} />
  </Panel>
)
