import type { FlagRests, FlagState, Mark, MarkEntry, Reviewer, ReviewFlag, SignOff } from '../contract/review.ts'
import type { ReviewStep } from '../ledger/review-store.ts'

/** What a step of each kind holds: digests and codes in the open, names and text locked. */
export type OpenMark = {
  readonly flag: string
  readonly mark: Mark
  readonly reason: string | null
  readonly rests: FlagRests
  readonly decision: string
  readonly how: Reviewer['how']
  readonly user: string | null
}
export type SecretMark = { readonly note: string | null; readonly name: string | null; readonly user: string | null }
export type OpenSignOff = {
  readonly flags: readonly string[]
  readonly decision: string
  readonly asked: boolean
  readonly how: Reviewer['how']
}
export type SecretSignOff = { readonly text: string; readonly title: string; readonly name: string | null; readonly user: string | null }
export type OpenWritten = { readonly signOff: string; readonly reference: string } | { readonly signOff: string; readonly because: string }

type Reasons = readonly { readonly code: string; readonly display: string }[]

/** The text is gone when the key is another one: said in its place, never left out. */
const UNREADABLE = '[This text was kept under another key and cannot be read.]'

const reviewerOf = (how: Reviewer['how'], secret: Pick<SecretMark, 'name' | 'user'> | null): Reviewer => ({
  how,
  name: secret?.name ?? null,
  user: secret?.user ?? null,
})

const entryOf = ({ id, at, open, secret, unreadable }: ReviewStep, reasons: Reasons): MarkEntry & { readonly rests: FlagRests } => {
  const { flag, mark, reason, rests, decision, how } = open as OpenMark // written by us
  const hidden = secret as SecretMark | null
  return {
    id,
    at,
    flag,
    mark,
    reason: reason === null ? null : { code: reason, display: reasons.find(({ code }) => code === reason)?.display ?? reason },
    note: unreadable ? UNREADABLE : (hidden?.note ?? null),
    by: reviewerOf(how, hidden),
    decision,
    rests,
  }
}

const changedIn = (then: FlagRests, now: FlagRests): (keyof FlagRests)[] =>
  (Object.keys(now) as (keyof FlagRests)[]).filter((what) => then[what] !== now[what])

/** Where each flag stands: its newest mark, unless what it rests on has changed since. */
export const statesOf = (flags: readonly ReviewFlag[], steps: readonly ReviewStep[], reasons: Reasons): FlagState[] => {
  const entries = steps.filter(({ kind }) => kind === 'mark').map((step) => entryOf(step, reasons))
  return flags.map(({ id, rests }) => {
    const own = entries.filter(({ flag }) => flag === id).reverse()
    const [last] = own
    const changed = last ? changedIn(last.rests, rests) : []
    const history = own.map(({ rests: _, ...entry }): MarkEntry => entry)
    return { flag: id, state: last && changed.length === 0 ? last.mark : 'new', changed, history }
  })
}

/** Sign-offs with what became of them, newest first. */
export const signOffsOf = (steps: readonly ReviewStep[]): SignOff[] => {
  const outcomes = new Map<string, { readonly open: OpenWritten; readonly at: string }>()
  for (const { kind, open, at } of steps)
    if (kind === 'written') outcomes.set((open as OpenWritten).signOff, { open: open as OpenWritten, at })
  return steps
    .filter(({ kind }) => kind === 'sign-off')
    .map(({ id, at, open, secret }): SignOff => {
      const { flags, decision, asked, how } = open as OpenSignOff // written by us
      const outcome = outcomes.get(id)
      return { id, at, by: reviewerOf(how, secret as SecretSignOff | null), flags, decision, written: writtenOf(asked, outcome) }
    })
    .reverse()
}

const NOT_TRIED = 'Writing it to the record was begun and did not end.'

const writtenOf = (asked: boolean, outcome: { readonly open: OpenWritten; readonly at: string } | undefined): SignOff['written'] => {
  if (!asked) return { state: 'ledger-only' }
  if (!outcome) return { state: 'pending', because: NOT_TRIED }
  const { open, at } = outcome
  return 'reference' in open ? { state: 'written', reference: open.reference, at } : { state: 'pending', because: open.because }
}
