import type { Card, CardLink, CardTrace, PastOverride, Suggestion } from '../contract/cards.ts'
import type { Order } from '../contract/facts.ts'
import type { DrugAssessment, Finding } from '../contract/findings.ts'
import type { DraftInHand } from '../contract/profile.ts'
import type { AlertPolicy } from './card-policy.ts'
import { clip, plainText } from './markdown.ts'
import type { Wording } from './wording.ts'

/** CDS Hooks 2.0.1: the summary is shorter than 140 characters. */
export const SUMMARY_LIMIT = 139

/** A card and why it is there. */
export type Written = {
  readonly card: Card
  readonly trace: CardTrace
  /** It tells what a binding label says in its boxed warning or contraindications. */
  readonly binding?: boolean
}

/** What writing needs to know of the call. */
export type Writing = {
  readonly wording: Wording
  readonly policy: AlertPolicy
  readonly sandbox: boolean
  readonly appLaunchUrl: string
  readonly linkHosts: readonly string[]
  readonly encounterId: string | null
  readonly newUuid: () => string
  /** Keyed digest bound to the patient. */
  readonly seal: (text: string) => string
  /** What the user overrode for this patient and is not to be told again, by the digest of its facts. */
  readonly overridden: ReadonlyMap<string, PastOverride>
}

const SOURCE = { label: 'Attune' } as const
const SANDBOX_NOTE = 'Sandbox with synthetic patients. Not for care.'

export const appLink = (drug: DrugAssessment | null, order: string | null, card: string, writing: Writing): CardLink => ({
  label: drug ? `Open ${drug.drug.name} in Attune` : 'Open Attune',
  url: writing.appLaunchUrl,
  type: 'smart',
  appContext: JSON.stringify({
    v: 1,
    ...(drug ? { drug: { ...(drug.drug.rxcui ? { rxcui: drug.drug.rxcui } : {}), text: drug.drug.name } } : {}),
    ...(order ? { order } : {}),
    card,
  }),
})

/** Most reasons that a link carries; the first decide what is looked up. */
const REASONS = 5

/** What the app cannot read anywhere while the draft is only in the prescriber's window: its dose and its coded reasons. */
const draftOf = ({ dose, reasons }: Order): DraftInHand => {
  const { mgPerDose, timesPerDay, text, prn } = dose
  const codes = reasons.flatMap(({ codings }) => codings).slice(0, REASONS)
  return {
    ...(mgPerDose === null && timesPerDay === null && text === null
      ? {}
      : {
          dose: {
            ...(mgPerDose === null ? {} : { mgPerDose }),
            ...(timesPerDay === null ? {} : { timesPerDay }),
            ...(text === null ? {} : { text: clip(text, 200) }),
            prn,
          },
        }),
    ...(codes.length > 0 ? { reasons: codes } : {}),
  }
}

/** A card whose link hands on what the draft says, so that the app assesses the order that the card was about. */
export const withDraft = (card: Card, order: Order): Card => {
  const draft = draftOf(order)
  if (!card.links || Object.keys(draft).length === 0) return card
  return {
    ...card,
    links: card.links.map((link) =>
      link.appContext === undefined ? link : { ...link, appContext: JSON.stringify({ ...JSON.parse(link.appContext), draft }) },
    ),
  }
}

const mayLink = (url: string, hosts: readonly string[]): boolean => hosts.length === 0 || hosts.includes(new URL(url).host)

export const sourceLink = (finding: Finding, writing: Writing): CardLink[] =>
  mayLink(finding.guideline.url, writing.linkHosts)
    ? [{ label: `${finding.source} ${finding.guideline.year ?? ''}`.trim(), url: finding.guideline.url, type: 'absolute' }]
    : []

/** Whatever made the suggestions, at most one of a card is recommended. */
const oneRecommended = (suggestions: readonly Suggestion[]): Suggestion[] => {
  const first = suggestions.find(({ isRecommended }) => isRecommended)
  return suggestions.map((suggestion) => {
    if (suggestion === first || !suggestion.isRecommended) return suggestion
    const { isRecommended: _, ...offered } = suggestion
    return offered
  })
}

export const finish = (
  card: Omit<Card, 'source' | 'uuid'>,
  uuid: string,
  suggestions: readonly Suggestion[],
  writing: Writing,
  override: boolean,
): Card => ({
  uuid,
  summary: clip(plainText(card.summary), SUMMARY_LIMIT),
  ...(card.detail ? { detail: writing.sandbox ? `${card.detail}\n\n_${SANDBOX_NOTE}_` : card.detail } : {}),
  indicator: card.indicator,
  source: SOURCE,
  ...(suggestions.length > 0 ? { suggestions: oneRecommended(suggestions), selectionBehavior: 'at-most-one' as const } : {}),
  ...(override ? { overrideReasons: writing.wording.overrideReasons } : {}),
  ...(card.links && card.links.length > 0 ? { links: card.links } : {}),
})

/** Findings of one gene rest on one list, which is looked at once. */
const resourcesOf = (findings: readonly Finding[]): string[] => {
  const lists = new Set(findings.flatMap(({ basis, facts }) => [...basis.map((one) => one.facts), facts]))
  return [...new Set([...lists].flatMap((facts) => facts.map(({ resource }) => resource)))].sort()
}

export const trace = (card: Card, concern: CardTrace['concern'], drug: DrugAssessment | null, findings: readonly Finding[]): CardTrace => ({
  card: card.uuid,
  concern,
  order: drug?.ref ?? null,
  drug: drug?.drug.name ?? null,
  findings: findings.map((finding) => finding.id),
  facts: resourcesOf(findings),
  rows: findings.map((finding) => finding.row),
  concerns: [],
})
