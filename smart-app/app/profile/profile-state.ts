import type { PatientFacts, Question } from '../../../src/contract/facts.ts'
import type { Assessment } from '../../../src/contract/findings.ts'
import type { PanelWords, ProfileEvent } from '../../../src/contract/profile.ts'
import type { RiskEstimate } from '../../../src/contract/risk.ts'

/** Why the answer ended before it was complete. */
export type Failure = 'expired' | 'refused' | 'busy' | 'unreachable' | 'cut-off' | 'failed'

/** How far the answer is. `done` alone means that everything came. */
export type Progress =
  | { readonly kind: 'reading' }
  | { readonly kind: 'done'; readonly decision: string; readonly versions: { readonly attune: string; readonly rules: string } }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** What has come of the answer so far. A null part has not come; that is never the same as an empty part. */
export type ProfileState = {
  readonly progress: Progress
  readonly questions: readonly Question[]
  readonly facts: PatientFacts | null
  readonly assessment: Assessment | null
  readonly words: PanelWords
  readonly estimates: readonly RiskEstimate[] | null
  /** The answer before this one: comes back when reading again fails before it brings facts. */
  readonly before: ProfileState | null
}

export type ProfileStep = ProfileEvent | { readonly event: 'begin' } | { readonly event: 'end'; readonly failure: Failure }

const NO_WORDS: PanelWords = { sentences: {}, heads: [] }

export const NOTHING_YET: ProfileState = {
  progress: { kind: 'reading' },
  questions: [],
  facts: null,
  assessment: null,
  words: NO_WORDS,
  estimates: null,
  before: null,
}

/** Public error codes of the server that mean more than "it failed". */
const FAILURES: { readonly [code: string]: Failure } = {
  'token-refused': 'expired',
  'fhir-server-untrusted': 'refused',
  'client-unknown': 'refused',
  'too-many-requests': 'busy',
  overloaded: 'busy',
}

/** A question may come twice, first as asked and then as answered: the later one stands. */
const withQuestion = (questions: readonly Question[], question: Question): Question[] => [
  ...questions.filter((known) => known.key !== question.key),
  question,
]

const begin = (state: ProfileState): ProfileState => ({ ...NOTHING_YET, before: state.facts ? { ...state, before: null } : state.before })

const fail = (state: ProfileState, failure: Failure): ProfileState => ({
  ...(state.facts === null && state.before !== null ? state.before : state),
  progress: { kind: 'failed', failure },
})

/** One event more. After the end of an answer nothing is added to it. */
export const advance = (state: ProfileState, step: ProfileStep): ProfileState => {
  if (step.event === 'begin') return begin(state)
  if (state.progress.kind !== 'reading') return state
  switch (step.event) {
    case 'source':
      return { ...state, questions: withQuestion(state.questions, step.question) }
    case 'facts':
      return { ...state, facts: step.facts, questions: step.facts.questions.length > 0 ? step.facts.questions : state.questions }
    case 'assessment':
      return { ...state, assessment: step.assessment, words: step.words ?? NO_WORDS }
    case 'estimates':
      return { ...state, estimates: step.estimates }
    case 'done':
      return { ...state, before: null, progress: { kind: 'done', decision: step.decision, versions: step.versions } }
    case 'error':
      return fail(state, FAILURES[step.code] ?? 'failed')
    case 'end':
      return fail(state, step.failure)
  }
}
