import type { Background } from '../../../src/contract/background.ts'
import type { DeviceSummaries } from '../../../src/contract/devices.ts'
import type { PatientFacts, Question } from '../../../src/contract/facts.ts'
import type { Assessment } from '../../../src/contract/findings.ts'
import type { NotesRead } from '../../../src/contract/notes.ts'
import type { EarlyFacts, PanelWords, ProfileEvent } from '../../../src/contract/profile.ts'
import type { ReviewList } from '../../../src/contract/review.ts'
import type { RiskEstimate, RiskTrend } from '../../../src/contract/risk.ts'

/** Why the answer ended before it was complete. */
export type Failure = 'expired' | 'refused' | 'in-shadow' | 'busy' | 'unreachable' | 'cut-off' | 'failed'

/** How far the answer is. `done` alone means that everything came. */
export type Progress =
  | { readonly kind: 'reading' }
  | {
      readonly kind: 'done'
      readonly decision: string
      readonly versions: { readonly attune: string; readonly rules: string }
      /** What is switched off or in the shadow at this site. */
      readonly switches: readonly string[]
      /** Under which the server knows again what it told. */
      readonly seal?: string
    }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** What has come of the answer so far. A null part has not come; that is never the same as an empty part. */
export type ProfileState = {
  readonly progress: Progress
  /** What is being asked of the record, in the order of asking; those that have ended stand in `questions`. */
  readonly plan: readonly Pick<Question, 'key' | 'query'>[]
  readonly questions: readonly Question[]
  /** Parts that came before the whole; null once it is there, because it replaces them. Read them through `early-facts.ts`. */
  readonly early: EarlyFacts | null
  readonly facts: PatientFacts | null
  /** What was computed of device readings; `failed`: it could not be. */
  readonly devices: DeviceSummaries | 'failed' | null
  readonly assessment: Assessment | null
  readonly words: PanelWords
  /** What is to be reviewed. */
  readonly review: ReviewList | null
  /** What stands behind the answer; `failed`: the server could not put it together. */
  readonly background: Background | 'failed' | null
  readonly estimates: readonly RiskEstimate[] | null
  readonly trends: readonly RiskTrend[] | null
  /** What was found in notes; `failed`: they could not be read. */
  readonly notes: NotesRead | 'failed' | null
  /** Decisions of this window that came to an end, oldest first. */
  readonly decisions: readonly { readonly id: string; readonly at: string | null }[]
  /** The answer before this one: comes back when reading again fails before it brings facts. */
  readonly before: ProfileState | null
}

export type ProfileStep = ProfileEvent | { readonly event: 'begin' } | { readonly event: 'end'; readonly failure: Failure }

const NO_WORDS: PanelWords = { sentences: {}, heads: [] }

export const NOTHING_YET: ProfileState = {
  progress: { kind: 'reading' },
  plan: [],
  questions: [],
  early: null,
  facts: null,
  devices: null,
  assessment: null,
  words: NO_WORDS,
  review: null,
  background: null,
  estimates: null,
  trends: null,
  notes: null,
  decisions: [],
  before: null,
}

/** Public error codes of the server that mean more than "it failed". */
const FAILURES: { readonly [code: string]: Failure } = {
  'token-refused': 'expired',
  'fhir-server-untrusted': 'refused',
  'read-refused': 'refused',
  'in-shadow': 'in-shadow',
  'client-unknown': 'refused',
  'too-many-requests': 'busy',
  overloaded: 'busy',
}

/** A question may come twice, first as asked and then as answered: the later one stands. */
const withQuestion = (questions: readonly Question[], question: Question): Question[] => [
  ...questions.filter((known) => known.key !== question.key),
  question,
]

const sameGap = JSON.stringify

/** Each part comes once, so the order of arrival decides nothing; of what could not be read nothing is lost and nothing said twice. */
const withPart = (early: EarlyFacts | null, part: EarlyFacts): EarlyFacts => ({
  ...early,
  ...part,
  gaps: [...new Map([...(early?.gaps ?? []), ...part.gaps].map((gap) => [sameGap(gap), gap])).values()].sort((a, b) =>
    sameGap(a) < sameGap(b) ? -1 : 1,
  ),
})

const begin = (state: ProfileState): ProfileState => ({
  ...NOTHING_YET,
  decisions: state.decisions,
  before: state.facts ? { ...state, before: null } : state.before,
})

/** Parts of a new answer that broke off do not replace a whole one. */
const fail = (state: ProfileState, failure: Failure): ProfileState => ({
  ...(state.facts === null && state.before !== null ? state.before : state),
  progress: { kind: 'failed', failure },
})

/** One event more. After the end of an answer nothing is added to it. */
export const advance = (state: ProfileState, step: ProfileStep): ProfileState => {
  if (step.event === 'begin') return begin(state)
  if (state.progress.kind !== 'reading') return state
  switch (step.event) {
    case 'plan':
      return { ...state, plan: step.questions }
    case 'part':
      return state.facts === null ? { ...state, early: withPart(state.early, step.facts) } : state
    case 'source':
      return { ...state, questions: withQuestion(state.questions, step.question) }
    case 'facts':
      return {
        ...state,
        early: null,
        facts: step.facts,
        questions: step.facts.questions.length > 0 ? step.facts.questions : state.questions,
      }
    case 'devices':
      return { ...state, devices: step.summaries ?? 'failed' }
    case 'assessment':
      return { ...state, assessment: step.assessment, words: step.words ?? NO_WORDS }
    case 'background':
      return { ...state, background: step.background ?? 'failed' }
    case 'review':
      return { ...state, review: step.review }
    case 'estimates':
      return { ...state, estimates: step.estimates }
    case 'notes':
      return { ...state, notes: step.notes ?? 'failed' }
    case 'trends':
      return { ...state, trends: step.trends }
    case 'done':
      return {
        ...state,
        before: null,
        decisions: [...state.decisions, { id: step.decision, at: state.facts?.now ?? null }],
        progress: {
          kind: 'done',
          decision: step.decision,
          versions: step.versions,
          switches: step.switches ?? [],
          ...(step.seal === undefined ? {} : { seal: step.seal }),
        },
      }
    case 'error':
      return fail(state, FAILURES[step.code] ?? 'failed')
    case 'end':
      return fail(state, step.failure)
  }
}
