import type { RiskEstimate, WhatIf } from '../../../../src/contract/risk.ts'
import { Button } from '../../../ui/Button.tsx'
import { TableOrChart } from '../../../ui/charts/TableOrChart.tsx'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { Said } from '../../words/Said.tsx'
import { quantityWords } from '../../words/values.ts'
import { TEXT as RISKS } from '../risks/texts.ts'
import { modelled } from '../risks/words.ts'
import styles from './Answers.module.css'
import { Curve } from './Curve.tsx'
import { triedOf } from './curve.ts'
import { type Changeable, isYesNo, recorded, type Value } from './questions.ts'
import { TEXT } from './texts.ts'
import type { Answered } from './use-what-if.ts'

type Estimated = Extract<WhatIf, { state: 'estimated' }>

/** What the model gives for the chosen values, with the sentence of the server that says whom this is about. */
export const Answers = ({
  answered,
  estimate,
  axis,
  onAgain,
}: {
  readonly answered: Answered | null
  readonly estimate: RiskEstimate
  readonly axis: Changeable | null
  readonly onAgain: () => void
}) => {
  const answer = answered?.state === 'ready' ? answered.answer : answered?.state === 'asking' ? answered.before : null
  return (
    <div className={styles.answers} aria-busy={answered?.state === 'asking'}>
      {answered?.state === 'failed' ? (
        <div role="alert">
          <Notice level="caution" title={RISKS.failures[answered.failure]} actions={<Button onClick={onAgain}>{RISKS.again}</Button>} />
        </div>
      ) : null}
      {answered?.state === 'asking' && answer === null ? <p role="status">{TEXT.asking}</p> : null}
      {answer?.state === 'refused' ? <Refused answer={answer} /> : null}
      {answer?.state === 'estimated' ? <Numbers answer={answer} estimate={estimate} axis={axis} /> : null}
    </div>
  )
}

const Refused = ({ answer }: { readonly answer: Extract<WhatIf, { state: 'refused' }> }) => (
  <Notice level="unknown" title={TEXT.refused}>
    <ul>
      {answer.because.map(({ because }) => (
        <li key={because}>
          <Said>{because}</Said>
        </li>
      ))}
    </ul>
  </Notice>
)

const Numbers = ({
  answer,
  estimate,
  axis,
}: {
  readonly answer: Estimated
  readonly estimate: RiskEstimate
  readonly axis: Changeable | null
}) => {
  const { asGiven, unit } = answer
  const own = estimate.state === 'estimated' ? estimate : null
  return (
    <>
      <div className={styles.says}>
        <Notice level="info">
          <p>
            <Said>{answer.says}</Said>
          </p>
        </Notice>
      </div>
      <dl className={styles.two} aria-live="polite">
        <div>
          <dt>{TEXT.chosen}</dt>
          <dd>
            <strong data-what-if="chosen">{asGiven.value === null ? TEXT.noMeaning : modelled(asGiven.value, unit)}</strong>
            {asGiven.band ? (
              <>
                {' '}
                <Said>{asGiven.band}</Said>
              </>
            ) : null}
            <span>
              <Said>{answer.title}</Said>
            </span>
          </dd>
        </div>
        {own ? (
          <div>
            <dt>{TEXT.asRecorded}</dt>
            <dd>
              <strong>{modelled(own.value, own.unit)}</strong>
              {own.band ? (
                <>
                  {' '}
                  <Said>{own.band}</Said>
                </>
              ) : null}
              <span>
                <Said>{own.title}</Said>
              </span>
            </dd>
          </div>
        ) : null}
      </dl>
      {axis ? <Along answer={answer} own={own} axis={axis} /> : null}
      <details className={styles.limits}>
        <summary>{TEXT.modelLimits}</summary>
        <ul>
          {answer.limits.map((limit) => (
            <li key={limit}>
              <Said>{limit}</Said>
            </li>
          ))}
        </ul>
      </details>
    </>
  )
}

const wordOf = (axis: Changeable, value: Value | undefined): string => {
  if (value === undefined) return ''
  if (isYesNo(axis.modifiable)) return value === 1 ? TEXT.yes : TEXT.no
  return typeof value === 'number' ? quantityWords(value, axis.unit) : value
}

const Along = ({
  answer,
  own,
  axis,
}: {
  readonly answer: Estimated
  readonly own: Extract<RiskEstimate, { state: 'estimated' }> | null
  readonly axis: Changeable
}) => {
  const table = (
    <DataTable
      caption={TEXT.curve}
      rows={answer.points}
      rowKey={({ values }) => String(values[axis.name])}
      columns={[
        { key: 'value', title: axis.label, namesRow: true, cell: ({ values }) => wordOf(axis, values[axis.name]) },
        {
          key: 'estimate',
          title: TEXT.estimate,
          align: 'end',
          cell: ({ value }) => (value === null ? TEXT.noMeaning : modelled(value, answer.unit)),
        },
        { key: 'band', title: TEXT.band, cell: ({ band }) => (band ? <Said>{band}</Said> : '') },
      ]}
    />
  )
  return (
    <>
      <h3>
        {TEXT.curveOf} <Said>{axis.label}</Said>
      </h3>
      {'values' in axis.modifiable ? (
        table
      ) : (
        <TableOrChart label={TEXT.curve} table={table} chart={() => <Drawn answer={answer} own={own} axis={axis} />} />
      )}
    </>
  )
}

const Drawn = ({ answer, own, axis }: Parameters<typeof Along>[0]) => {
  const chosen = answer.asGiven.values[axis.name]
  const before = recorded(axis)
  const marks = [
    ...(own && typeof before === 'number' ? [{ x: before, y: own.value, word: TEXT.markRecord, kind: 'record' as const }] : []),
    ...(typeof chosen === 'number' && answer.asGiven.value !== null
      ? [{ x: chosen, y: answer.asGiven.value, word: TEXT.markChosen, kind: 'chosen' as const }]
      : []),
  ]
  return <Curve label={TEXT.curve} points={triedOf(answer.points, axis.name)} marks={marks} input={axis} unit={answer.unit} />
}
