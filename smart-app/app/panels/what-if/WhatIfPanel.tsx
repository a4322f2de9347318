import { useId, useState } from 'react'
import type { RiskEstimate, WhatIfChange } from '../../../../src/contract/risk.ts'
import { Button } from '../../../ui/Button.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { Said } from '../../words/Said.tsx'
import { panelState } from '../panel-state.ts'
import { keyOf } from '../risks/sort.ts'
import { Answers } from './Answers.tsx'
import { useDraft, useLastQuestion } from './drafts.ts'
import { Field } from './Field.tsx'
import { type Changeable, changeableOf, questionsIn, recorded, type Value } from './questions.ts'
import { TEXT } from './texts.ts'
import { useWhatIf } from './use-what-if.ts'
import styles from './WhatIfPanel.module.css'

/** Estimates for made-up people: like this patient but for the values chosen here. Values go to the server, no patient does. */
export default function WhatIfPanel(props: ViewProps) {
  const { profile } = props
  const questions = questionsIn(profile.estimates ?? [])
  const [last, choose] = useLastQuestion()
  const chosen = questions.find((one) => keyOf(one) === last) ?? questions[0]
  const state = panelState(profile, profile.estimates !== null, questions.length === 0 ? TEXT.none : null)
  return (
    <>
      <Panel title={TEXT.title} state={state} lead={TEXT.lead}>
        {chosen ? (
          <>
            <Choice questions={questions} chosen={chosen} onChoose={choose} />
            <Question key={keyOf(chosen)} estimate={chosen} view={props} />
          </>
        ) : null}
      </Panel>
      {props.session.context.drug ? (
        <Panel title={TEXT.order} lead={TEXT.orderLead} actions={<Button onClick={() => props.open('order')}>{TEXT.orderOpen}</Button>} />
      ) : null}
    </>
  )
}

const Choice = ({
  questions,
  chosen,
  onChoose,
}: {
  readonly questions: readonly RiskEstimate[]
  readonly chosen: RiskEstimate
  readonly onChoose: (key: string) => void
}) => {
  const id = useId()
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{TEXT.choose}</label>
      <select id={id} value={keyOf(chosen)} onChange={(event) => onChoose(event.target.value)}>
        {questions.map((one) => (
          <option key={keyOf(one)} value={keyOf(one)} lang="en">
            {one.title}
          </option>
        ))}
      </select>
    </div>
  )
}

/** All values of the axis; only an axis that has a value is in the equation. */
const changeOf = (axis: Changeable | null): Readonly<Record<string, WhatIfChange>> | null => {
  if (!axis) return null
  const { modifiable } = axis
  const change: WhatIfChange = 'values' in modifiable ? { values: modifiable.values } : { low: modifiable.low, high: modifiable.high }
  return { [axis.name]: change }
}

const Question = ({ estimate, view }: { readonly estimate: RiskEstimate; readonly view: ViewProps }) => {
  const [{ draft, axis: wanted }, keep] = useDraft(`${view.patient} ${keyOf(estimate)}`)
  const [again, setAgain] = useState(0)
  const inputs = changeableOf(estimate)
  const able = inputs.filter((input) => draft[input.name] !== undefined || recorded(input) !== null)
  const axis = able.find(({ name }) => name === wanted) ?? able.find(({ modifiable }) => 'low' in modifiable) ?? able[0] ?? null
  const answered = useWhatIf(estimate, draft, changeOf(axis), view.session, again)
  const put = (input: Changeable, value: Value): void => {
    const { [input.name]: _, ...others } = draft
    keep({ draft: value === recorded(input) ? others : { ...draft, [input.name]: value }, axis: wanted ?? input.name })
  }
  const sources = [...new Set(inputs.map(({ modifiable }) => modifiable.source))]
  return (
    <div className={styles.columns}>
      <div className={styles.values}>
        <h3>{TEXT.values}</h3>
        <p className={styles.note}>{TEXT.valuesLead}</p>
        {inputs.map((input) => (
          <Field key={input.name} input={input} value={draft[input.name] ?? recorded(input)} onChoose={(value) => put(input, value)} />
        ))}
        <Button disabled={Object.keys(draft).length === 0} onClick={() => keep({ draft: {}, axis: wanted })}>
          {TEXT.reset}
        </Button>
        {able.length > 1 ? <Axes able={able} axis={axis} onChoose={(name) => keep({ draft, axis: name })} /> : null}
        <details className={styles.note}>
          <summary>{TEXT.source}</summary>
          {sources.map((source) => (
            <p key={source}>
              <Said>{source}</Said>
            </p>
          ))}
        </details>
      </div>
      <Answers answered={answered} estimate={estimate} axis={axis} onAgain={() => setAgain(again + 1)} />
    </div>
  )
}

const Axes = ({
  able,
  axis,
  onChoose,
}: {
  readonly able: readonly Changeable[]
  readonly axis: Changeable | null
  readonly onChoose: (name: string) => void
}) => {
  const id = useId()
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{TEXT.along}</label>
      <select id={id} value={axis?.name ?? ''} onChange={(event) => onChoose(event.target.value)}>
        {able.map(({ name, label }) => (
          <option key={name} value={name} lang="en">
            {label}
          </option>
        ))}
      </select>
    </div>
  )
}
