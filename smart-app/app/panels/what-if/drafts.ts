import { useState } from 'react'
import type { Draft } from './questions.ts'

export type Kept = { readonly draft: Draft; readonly axis: string | null }

const EMPTY: Kept = { draft: {}, axis: null }

/** Chosen values outlive a change of view; they are in memory only and end with the page. */
const kept = new Map<string, Kept>()
let lastQuestion: string | null = null

export const useDraft = (key: string): readonly [Kept, (next: Kept) => void] => {
  const [, redraw] = useState(0)
  const put = (next: Kept): void => {
    kept.set(key, next)
    redraw((count) => count + 1)
  }
  return [kept.get(key) ?? EMPTY, put]
}

export const useLastQuestion = (): readonly [string | null, (key: string) => void] => {
  const [question, setQuestion] = useState(lastQuestion)
  const put = (key: string): void => {
    lastQuestion = key
    setQuestion(key)
  }
  return [question, put]
}
