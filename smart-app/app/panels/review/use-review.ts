import { useEffect, useState } from 'react'
import type { ReviewAnswer } from '../../../../src/contract/review.ts'
import { LANGUAGE } from '../../language.ts'
import { listReview, type MarkAsked, markFlags, type Reviewed, type ReviewFailure, type ReviewResult, signOff } from './ask-review.ts'

export type ReviewState = {
  readonly answer: ReviewAnswer | null
  readonly busy: boolean
  readonly failure: ReviewFailure | null
  /** The list itself could not be looked up; a save that failed is another matter. */
  readonly listFailed: boolean
}

const NOTHING: ReviewState = { answer: null, busy: false, failure: null, listFailed: false }

/** What was said before, and saying something now. Each call brings the whole state anew, so that two reviewers see each other's words. */
export const useReview = (of: Reviewed | null) => {
  const [state, setState] = useState(NOTHING)
  const take = (result: ReviewResult, listing: boolean): boolean => {
    setState((before) =>
      'answer' in result
        ? { answer: result.answer, busy: false, failure: null, listFailed: false }
        : { ...before, busy: false, failure: listing ? null : result.failure, listFailed: listing || before.listFailed },
    )
    return 'answer' in result
  }
  const work = async (ask: (of: Reviewed) => Promise<ReviewResult>, listing = false): Promise<boolean> => {
    if (of === null) return false
    setState((before) => ({ ...before, busy: true, failure: null }))
    return take(await ask(of), listing)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new decision brings new flags; nothing else asks again
  useEffect(() => {
    setState(NOTHING)
    void work(listReview, true)
  }, [of?.decision])
  return {
    ...state,
    list: () => work(listReview, true),
    mark: (marks: readonly MarkAsked[]) => work((reviewed) => markFlags(reviewed, marks)),
    sign: (again?: string) => work((reviewed) => signOff(reviewed, LANGUAGE, again)),
  }
}
