import { useState } from 'react'
import type { MissingAnswer, MissingEffect, RiskEstimate } from '../../../../src/contract/risk.ts'
import { Button } from '../../../ui/Button.tsx'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import type { Session } from '../../session/smart-session.ts'
import { Said } from '../../words/Said.tsx'
import { quantityWords } from '../../words/values.ts'
import { type AskFailure, askValues, inputsOf } from '../what-if/ask-values.ts'
import styles from './MissingEffects.module.css'
import { TEXT } from './texts.ts'
import { modelledRange } from './words.ts'

type Found =
  | { readonly state: 'not-asked' | 'asking' }
  | { readonly state: 'failed'; readonly failure: AskFailure }
  | { readonly state: 'ready'; readonly answer: MissingAnswer | null }

/** What each unknown input could change, asked of the server when somebody wants to know: values go out, no patient. */
export const MissingEffects = ({ estimate, session }: { readonly estimate: RiskEstimate; readonly session: Session }) => {
  const [found, setFound] = useState<Found>({ state: 'not-asked' })
  const ask = async (): Promise<void> => {
    setFound({ state: 'asking' })
    const { model, question } = estimate
    const body = { model: model.id, ...(question === undefined ? {} : { question }), inputs: inputsOf(estimate) }
    const asked = await askValues<{ readonly answers: readonly MissingAnswer[] }>(session, '/api/what-if/missing', body)
    if (asked) setFound(asked.state === 'ready' ? { state: 'ready', answer: asked.value.answers[0] ?? null } : asked)
  }
  return (
    <div aria-live="polite" className={styles.effects}>
      {found.state === 'not-asked' ? (
        <Button look="quiet" onClick={ask}>
          {TEXT.changeAsk}
        </Button>
      ) : null}
      {found.state === 'asking' ? <p>{TEXT.changing}</p> : null}
      {found.state === 'failed' ? (
        <Notice level="caution" title={TEXT.failures[found.failure]} actions={<Button onClick={ask}>{TEXT.again}</Button>} />
      ) : null}
      {found.state === 'ready' ? <Answer answer={found.answer} /> : null}
    </div>
  )
}

const Answer = ({ answer }: { readonly answer: MissingAnswer | null }) =>
  answer === null || answer.effects.length === 0 ? (
    <p>{TEXT.nothingMissing}</p>
  ) : (
    <>
      <DataTable
        caption={TEXT.change}
        rows={answer.effects}
        rowKey={({ name }) => name}
        columns={[
          { key: 'input', title: TEXT.input, namesRow: true, cell: ({ label }) => <Said>{label}</Said> },
          { key: 'range', title: TEXT.range, cell: (effect) => <Range effect={effect} unit={answer.unit} /> },
          { key: 'over', title: TEXT.over, cell: (effect) => <Over effect={effect} /> },
        ]}
      />
      <p className={styles.says}>
        <Said>{answer.says}</Said> {answer.left === null ? null : <Said>{answer.left}</Said>}
      </p>
    </>
  )

const Range = ({ effect, unit }: { readonly effect: MissingEffect; readonly unit: string }) =>
  effect.state === 'ranged' ? (
    modelledRange(effect.lowest.value ?? Number.NaN, effect.highest.value ?? Number.NaN, unit)
  ) : (
    <>
      {TEXT.notEnough}: <Said>{effect.because}</Said>
    </>
  )

const Over = ({ effect }: { readonly effect: MissingEffect }) => {
  if (effect.state === 'not-enough') return null
  const { over, unit, variants } = effect
  return (
    <>
      {'low' in over ? TEXT.changeOver(quantityWords(over.low, ''), quantityWords(over.high, unit)) : TEXT.changeValues}
      {'; '}
      {TEXT.changeBy('')}
      <Said>{variants.join(', ')}</Said>
    </>
  )
}
