import type { FlagState, Reviewer, ReviewFlag } from '../contract/review.ts'

type Language = 'en' | 'de'

/** Labels of the note. Clinical sentences stand as they were told. */
const LABELS = {
  en: {
    title: 'Pharmacogenomic review',
    lead: (at: string, by: string) => `Reviewed with Attune on ${at} by ${by}.`,
    unknown: 'a user who is not named',
    verified: 'identity confirmed by the signature of the record system',
    stated: 'identity as stated by the app, not verified',
    marks: { new: 'not reviewed', reviewed: 'reviewed', accepted: 'accepted', overridden: 'overridden' },
    reason: 'Reason',
    note: 'Note',
    because: 'Because of',
    sources: 'Sources',
    foot: (decision: string, versions: string) =>
      `Decision record ${decision}. ${versions}. Decision support for a clinician; it does not replace one.`,
  },
  de: {
    title: 'Pharmakogenetische Durchsicht',
    lead: (at: string, by: string) => `Mit Attune durchgesehen am ${at} durch ${by}.`,
    unknown: 'eine nicht benannte Person',
    verified: 'Identität durch die Signatur des Primärsystems bestätigt',
    stated: 'Identität laut App, nicht geprüft',
    marks: { new: 'nicht durchgesehen', reviewed: 'durchgesehen', accepted: 'angenommen', overridden: 'übersteuert' },
    reason: 'Grund',
    note: 'Notiz',
    because: 'Wegen',
    sources: 'Quellen',
    foot: (decision: string, versions: string) =>
      `Entscheidungsprotokoll ${decision}. ${versions}. Entscheidungsunterstützung; sie ersetzt keine ärztliche Entscheidung.`,
  },
} as const

export const noteTitle = (language: Language): string => LABELS[language].title

const byWords = ({ how, name, user }: Reviewer, language: Language): string => {
  const words = LABELS[language]
  const who = name ?? user
  if (who === null) return words.unknown
  return how === 'verified' ? `${who} (${words.verified})` : `${who} (${words.stated})`
}

const blockOf = (flag: ReviewFlag, state: FlagState | undefined, language: Language): string => {
  const words = LABELS[language]
  const last = state?.state === 'new' ? undefined : state?.history[0]
  return [
    `${flag.headline} [${words.marks[state?.state ?? 'new']}]`,
    flag.basis.length > 0 ? `  ${words.because}: ${flag.basis.join('; ')}` : '',
    flag.sources.length > 0
      ? `  ${words.sources}: ${flag.sources.map(({ source, year, strength }) => [source, year, strength].filter(Boolean).join(' ')).join('; ')}`
      : '',
    last?.reason ? `  ${words.reason}: ${last.reason.display}` : '',
    last?.note ? `  ${words.note}: ${last.note}` : '',
  ]
    .filter(Boolean)
    .join('\n')
}

/** The sign-off as plain text, as it is kept and as it is written to the record. */
export const noteText = (made: {
  readonly at: string
  readonly by: Reviewer
  readonly flags: readonly ReviewFlag[]
  readonly states: readonly FlagState[]
  readonly decision: string
  readonly versions: string
  readonly language: Language
}): string => {
  const { language } = made
  const words = LABELS[language]
  const blocks = made.flags.map((flag) =>
    blockOf(
      flag,
      made.states.find((state) => state.flag === flag.id),
      language,
    ),
  )
  const at = `${made.at.slice(0, 16).replace('T', ' ')} UTC`
  return [words.title, words.lead(at, byWords(made.by, language)), ...blocks, words.foot(made.decision, made.versions)].join('\n\n')
}
