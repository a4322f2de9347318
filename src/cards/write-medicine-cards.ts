import type { Card, CardTrace, ConcernMark, Silence, WrittenCards } from '../contract/cards.ts'
import type { PatientFacts } from '../contract/facts.ts'
import type { Assessment, DrugAssessment, Finding } from '../contract/findings.ts'
import type { Gap } from '../contract/lineage.ts'
import { inOneGo, type Slices } from '../slices.ts'
import { appLink, finish, sourceLink, trace, type Writing } from './card-parts.ts'
import {
  type AlertPolicy,
  blindingGaps,
  type Concern,
  cardIndicator,
  concernOf,
  isBlinding,
  labelFindings,
  openBecause,
} from './card-policy.ts'
import { concernExtension, markConcern, markList, overriddenSilence, overrideOf } from './concern-mark.ts'
import { conflictDetail, guidanceDetail } from './detail.ts'
import { asClause, bulletList, escapeText, joinSections, listWords, section } from './markdown.ts'
import { rankOf } from './more-serious.ts'
import { silenceWords, summaryOf } from './write-cards.ts'

type Spoken = Extract<Concern, { head: Finding }>
type Found = { readonly drug: DrugAssessment; readonly concern: Spoken }
type Flagged = Found & { readonly mark: ConcernMark }

/** What is told of a medicine in use when a chart is opened, and when a population is screened; empty where nothing is. */
export const flagMedicine = (drug: DrugAssessment, policy: AlertPolicy): Found[] => {
  const concern = concernOf(drug, policy)
  if (concern?.kind !== 'guidance' && concern?.kind !== 'conflict') return []
  const tells = rankOf(concern.head.consequence) <= rankOf('dose') || labelFindings(drug, policy).length > 0
  return tells ? [{ drug, concern }] : []
}

/** What is to be said, and what the same user has heard and overridden. */
function* sift(found: readonly Found[], assessment: Assessment, writing: Writing): Slices<{ said: Flagged[]; past: Silence[] }> {
  const said: Flagged[] = []
  const past: Silence[] = []
  for (const one of found) {
    yield
    const card = { summary: headOf(one, assessment, writing), indicator: indicatorOf(one, writing) }
    const mark = markConcern(one.concern, one.drug, null, card, writing.seal)
    const override = overrideOf(mark, card.indicator, writing.overridden)
    if (override) past.push(overriddenSilence(mark, override, one.drug.drug.name))
    else said.push({ ...one, mark })
  }
  return { said, past }
}

const marked = (card: Card, why: CardTrace, marks: readonly ConcernMark[], writing: Writing) => ({
  cards: [{ ...card, ...concernExtension(marks, writing.seal) }],
  traces: [{ ...why, concerns: marks }],
})

const headOf = ({ drug, concern }: Found, assessment: Assessment, writing: Writing): string =>
  concern.kind === 'guidance'
    ? summaryOf(drug, concern.head, assessment, writing)
    : `Clarify ${listWords(concern.genes)} for ${drug.drug.name}: ${openBecause(drug, concern.genes)}`

const detailOf = ({ drug, concern }: Found, assessment: Assessment, writing: Writing): string =>
  concern.kind === 'guidance'
    ? guidanceDetail(drug, concern.head, assessment.geneCalls, writing)
    : conflictDetail(drug, concern, assessment.geneCalls, writing)

const indicatorOf = ({ drug, concern }: Found, writing: Writing): Card['indicator'] =>
  concern.kind === 'guidance' ? cardIndicator(drug, concern.head, writing.wording) : 'warning'

const URGENCY = ['critical', 'warning', 'info'] as const

const distinctDrugs = <T extends { readonly drug: DrugAssessment }>(entries: readonly T[]): T[] => [
  ...new Map(entries.map((entry) => [entry.drug.drug.name, entry])).values(),
]

/** One card for all active medicines that known genotypes speak against; the chart's opening is no place for a card per drug. */
export function* medicineCardsInSlices(assessment: Assessment, facts: PatientFacts, writing: Writing): Slices<WrittenCards> {
  const unread = facts.gaps.find((gap) => gap.about === 'medicines' && isBlinding(gap))
  const found = assessment.medicines.flatMap((drug) => flagMedicine(drug, writing.policy))
  yield
  const { said: all, past } = yield* sift(found, assessment, writing)
  const told = new Set(found.map(({ drug }) => drug))
  const unflagged = assessment.medicines.filter((drug) => !told.has(drug))
  const silences = [
    ...(assessment.medicines.length === 0 && !unread ? [NO_MEDICINE] : []),
    ...unflagged.map((drug) => ({ ...silenceWords(drug, assessment.geneCalls), order: drug.ref })),
    ...past,
  ]
  const blind = unflagged.filter((drug) => blindingGaps(drug).length > 0)
  // The most urgent first; the same drug listed twice in the chart is said once.
  const flagged = distinctDrugs(all).sort(
    (a, b) =>
      URGENCY.indexOf(indicatorOf(a, writing)) - URGENCY.indexOf(indicatorOf(b, writing)) ||
      rankOf(a.concern.head.consequence) - rankOf(b.concern.head.consequence),
  )
  const [first] = flagged
  if (!first) return writeBlindMedicines(blind, unread, silences, writing)
  const uuid = writing.newUuid()
  const single = flagged.length === 1
  const card = finish(
    {
      summary: single
        ? headOf(first, assessment, writing)
        : `Review ${flagged.length} medicines against genotype: ${listWords(flagged.map(({ drug }) => drug.drug.name))}`,
      detail: joinSections([
        ...(single ? [] : [bulletList(flagged.map((entry) => escapeText(headOf(entry, assessment, writing))))]),
        ...flagged.map((entry) =>
          single
            ? detailOf(entry, assessment, writing)
            : `${section(escapeText(entry.drug.drug.name), escapeText(headOf(entry, assessment, writing)))}\n\n${detailOf(entry, assessment, writing)}`,
        ),
        section(
          'Not assessed',
          bulletList([
            ...unreadLine(unread),
            ...blind.map((drug) => escapeText(`${drug.drug.name}: ${blindingGaps(drug)[0]?.because ?? ''}`)),
          ]),
        ),
      ]),
      indicator: indicatorOf(first, writing),
      links: [appLink(single ? first.drug : null, null, uuid, writing), ...sourceLink(first.concern.head, writing)],
    },
    uuid,
    [],
    writing,
    true,
  )
  const findings = all.flatMap(({ drug }) => drug.findings)
  const why = trace(card, 'guidance', single ? first.drug : null, findings)
  return {
    ...marked(
      card,
      why,
      all.map(({ mark }) => mark),
      writing,
    ),
    silences,
  }
}

/** The same at once, for who has nobody waiting. */
export const writeMedicineCards = (...of: Parameters<typeof medicineCardsInSlices>): WrittenCards => inOneGo(medicineCardsInSlices(...of))

const NO_MEDICINE: Silence = { about: 'medicines', code: 'no-medicine', because: 'the record holds no medicine in use' }

/** A medicine that was not read cannot be flagged: the list itself is then what was not assessed. */
const unreadLine = (unread: Gap | undefined): string[] => (unread ? [escapeText(`active medicines: ${unread.because}`)] : [])

const writeBlindMedicines = (
  blind: readonly DrugAssessment[],
  unread: Gap | undefined,
  silences: readonly Silence[],
  writing: Writing,
): WrittenCards => {
  const [first] = blind
  const gap = unread ?? (first && blindingGaps(first)[0])
  const names = unread ? ['active medicines'] : [...new Set(blind.map((drug) => drug.drug.name))]
  if (!gap) return { cards: [], traces: [], silences }
  if (!writing.policy.notAssessed) return { cards: [], traces: [], silences: [...silences, byPolicy(names)] }
  const uuid = writing.newUuid()
  const card = finish(
    {
      summary: `Not assessed: ${listWords(names)}, because ${asClause(gap.because)}`,
      detail: joinSections([
        bulletList(unreadLine(unread)),
        ...blind.map((drug) =>
          section(
            escapeText(drug.drug.name),
            bulletList(blindingGaps(drug).map((entry) => escapeText(`${entry.about}: ${entry.because}`))),
          ),
        ),
      ]),
      indicator: 'info',
      links: [appLink(null, null, uuid, writing)],
    },
    uuid,
    [],
    writing,
    true,
  )
  const marks = [
    ...(unread ? [markList(unread.code, card, writing.seal)] : []),
    ...blind.map((drug) => markConcern({ kind: 'not-assessed', gaps: blindingGaps(drug) }, drug, null, BLIND, writing.seal)),
  ]
  const overrides = marks.map((mark) => overrideOf(mark, card.indicator, writing.overridden))
  if (overrides.every((override) => override !== null)) {
    const past = marks.flatMap((mark, at) => {
      const override = overrides[at]
      return override ? [overriddenSilence(mark, override, mark.drug ?? 'active medicines')] : []
    })
    return { cards: [], traces: [], silences: [...silences, ...past] }
  }
  const why = trace(card, 'not-assessed', !unread && blind.length === 1 ? (first ?? null) : null, [])
  return { ...marked(card, why, marks, writing), silences }
}

/** The card names several drugs: each of them is marked by what could not be assessed, not by the card's own words. */
const BLIND = { summary: 'not assessed', indicator: 'info' } as const

const byPolicy = (names: readonly string[]): Silence => ({
  about: listWords(names),
  code: 'policy',
  because: 'alertPolicy.notAssessed is off at this site',
})
