import type { Card, Silence } from '../../contract/cards.ts'
import type { Question } from '../../contract/facts.ts'
import type { Gap } from '../../contract/lineage.ts'

/** What a trace or a decision says of a call. */
export type Thought = {
  readonly outcome: string
  readonly questions: readonly Question[]
  readonly silences: readonly Silence[]
  readonly gaps: readonly Gap[]
}

const cardLines = ({ indicator, summary, detail, suggestions = [], links = [] }: Card): string[] => [
  `[${indicator}] ${summary}`,
  '',
  ...(detail ? [detail, ''] : []),
  ...suggestions.map(({ label }) => `  > ${label}`),
  ...links.map(({ label, url }) => `  - ${label}: ${url}`),
  '',
]

const listed = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? [title, ...lines.map((line) => `  ${line}`), ''] : []

/** What was not read: the usual reason for a card that did not come. */
const unread = (questions: readonly Question[]): string[] =>
  questions
    .filter(({ state }) => state !== 'answered' && state !== 'empty')
    .map(({ key, state, because }) => `${key} (${state}): ${because ?? 'no reason given'}`)

const because = (things: readonly { readonly about: string; readonly code: string; readonly because: string }[]): string[] =>
  things.map((one) => `${one.about}: ${one.because} (${one.code})`)

/** Cards in plain words, and why there are no others. `thought` is null where the server does not tell. */
export const toldLines = (cards: readonly Card[], thought: Thought | null): string[] => [
  ...cards.flatMap(cardLines),
  ...(cards.length === 0 ? ['No card.', ''] : []),
  ...(thought === null
    ? []
    : [
        `Outcome: ${thought.outcome}.`,
        '',
        ...listed('No card, because', because(thought.silences)),
        ...listed('Not assessed', because(thought.gaps)),
        ...listed('Not read', unread(thought.questions)),
      ]),
]
