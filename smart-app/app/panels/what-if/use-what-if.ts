import { useEffect, useState } from 'react'
import type { RiskEstimate, WhatIf, WhatIfChange } from '../../../../src/contract/risk.ts'
import type { Session } from '../../session/smart-session.ts'
import { type AskFailure, askValues, inputsOf } from './ask-values.ts'
import type { Draft } from './questions.ts'

export type Answered =
  | { readonly state: 'asking'; readonly before: WhatIf | null }
  | { readonly state: 'failed'; readonly failure: AskFailure }
  | { readonly state: 'ready'; readonly answer: WhatIf }

/** Long enough for a held arrow key, short enough to feel like an answer. */
const PAUSE_MS = 200

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** The model's answer for the chosen values. A newer question drops the one before it, also when that is answered later. */
export const useWhatIf = (
  estimate: RiskEstimate,
  draft: Draft,
  change: Readonly<Record<string, WhatIfChange>> | null,
  session: Session,
  again: number,
): Answered | null => {
  const [answered, setAnswered] = useState<Answered | null>(null)
  const body = change && JSON.stringify({ model: estimate.model.id, inputs: { ...inputsOf(estimate), ...draft }, change })
  const question = estimate.question
  // biome-ignore lint/correctness/useExhaustiveDependencies: the session outlives the view; `again` asks once more
  useEffect(() => {
    if (body === null) return setAnswered(null)
    const gone = new AbortController()
    setAnswered((now) => ({ state: 'asking', before: now?.state === 'ready' ? now.answer : now?.state === 'asking' ? now.before : null }))
    const ask = async (): Promise<void> => {
      await wait(PAUSE_MS, gone.signal)
      if (gone.signal.aborted) return
      const asked = await askValues<{ readonly answers: readonly WhatIf[] }>(session, '/api/what-if', JSON.parse(body), gone.signal)
      if (asked === null || gone.signal.aborted) return
      if (asked.state === 'failed') return setAnswered(asked)
      const answer = asked.value.answers.find((one) => one.question === question)
      setAnswered(answer ? { state: 'ready', answer } : { state: 'failed', failure: 'failed' })
    }
    void ask()
    return () => gone.abort()
  }, [body, question, again])
  return answered
}
