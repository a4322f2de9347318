import type { Card, CardTrace, Silence, Suggestion, WrittenCards } from '../contract/cards.ts'
import type { Ingredient, Order, PatientFacts } from '../contract/facts.ts'
import type { DrugAssessment, Finding } from '../contract/findings.ts'
import type { MomentAnswer } from '../contract/moments.ts'
import { appLink, finish, SUMMARY_LIMIT, type Writing, type Written } from './card-parts.ts'
import { concernExtension, markMoments, overriddenSilence, overrideOf } from './concern-mark.ts'
import { mayStandBeside } from './estimate-words.ts'
import { joinSections } from './markdown.ts'
import { fillMoment, momentSection, toldMoments } from './moment-section.ts'
import { offerProduct, type SuggestionContext } from './suggestions.ts'

const speaking = (answers: readonly MomentAnswer[]): MomentAnswer[] => toldMoments(answers).filter(({ state }) => state === 'speaks')

const factsOf = (answers: readonly MomentAnswer[]): string[] => [
  ...new Set(
    answers
      .flatMap(({ estimates, found }) => [
        ...estimates.flatMap(({ inputs }) => inputs.flatMap(({ facts }) => facts)),
        ...found.flatMap(({ facts }) => facts),
      ])
      .map(({ resource }) => resource),
  ),
]

const rowsOf = (answers: readonly MomentAnswer[]): string[] =>
  answers.map(({ moment, rule }) => `moments/${moment}${rule === null ? '' : `/${rule}`}`)

const withTrace = (trace: CardTrace, answers: readonly MomentAnswer[]): CardTrace => ({
  ...trace,
  facts: [...new Set([...trace.facts, ...factsOf(answers)])].sort(),
  rows: [...trace.rows, ...rowsOf(answers)],
})

/** As many of the remarks as the summary has room for. */
const addBriefs = (summary: string, answers: readonly MomentAnswer[], drug: string | null): string =>
  answers.reduce((words, answer) => {
    const longer = `${words}; ${fillMoment(answer.brief ?? '', drug, answer)}`
    return answer.brief !== null && longer.length <= SUMMARY_LIMIT ? longer : words
  }, summary)

const offersOf = (answers: readonly MomentAnswer[], order: Order | null, context: SuggestionContext): Suggestion[] =>
  context.patientId === '' ? [] : answers.flatMap(({ offers }) => offers.map((offer) => offerProduct(offer, order, context)))

const moreUrgent = (card: Card, answers: readonly MomentAnswer[]): Card['indicator'] =>
  card.indicator === 'info' && answers.some(({ indicator }) => indicator === 'warning') ? 'warning' : card.indicator

/** A card about a drug with what the moments of the same order add to it: one card per order and concern. */
export const joinMoments = (
  written: Written,
  head: Finding | null,
  drug: DrugAssessment,
  order: Order,
  context: SuggestionContext,
): Written => {
  const added = toldMoments(drug.moments)
  if (added.length === 0) return written
  const { card, trace } = written
  const loud = speaking(added)
  const brief = head === null ? loud : loud.filter((answer) => mayStandBeside(answer, head, drug))
  const name = drug.drug.name
  const offers = offersOf(loud, order, context)
  const suggestions = [...(card.suggestions ?? []), ...offers]
  return {
    ...written,
    card: {
      ...card,
      summary: addBriefs(card.summary, brief, name),
      indicator: moreUrgent(card, loud),
      // Another drug or dose and a product along with this one are answers to different orders: taking one asks again.
      ...(suggestions.length > 0 ? { suggestions, selectionBehavior: 'at-most-one' as const } : {}),
    },
    trace: withTrace(trace, added),
  }
}

type Ordered = { readonly medicationCodeableConcept?: { readonly coding?: readonly { readonly code?: string }[] } }

/** A product that goes along with an order and takes nothing away: one new MedicationRequest. */
const productOf = ({ actions }: Suggestion): string | undefined => {
  const [only, ...more] = actions
  if (only?.type !== 'create' || more.length > 0 || only.resource.resourceType !== 'MedicationRequest') return undefined
  return (only.resource as Ordered).medicationCodeableConcept?.coding?.[0]?.code // written by offerProduct
}

/** Of several orders that ask for the same product along with them, the first card offers it: taken twice it would be ordered twice. */
export const offerOnce = (written: readonly Written[]): Written[] => {
  const offered = new Set<string>()
  return written.map((one) => {
    const { suggestions, selectionBehavior, ...card } = one.card
    if (suggestions === undefined) return one
    const left = suggestions.filter((suggestion) => {
      const product = productOf(suggestion)
      const again = product !== undefined && offered.has(product)
      if (product !== undefined) offered.add(product)
      return !again
    })
    if (left.length === suggestions.length) return one
    return { ...one, card: left.length === 0 ? card : { ...card, suggestions: left, ...(selectionBehavior ? { selectionBehavior } : {}) } }
  })
}

type About = { readonly drug: DrugAssessment; readonly order: Order } | null

const reasonsFor = (answers: readonly MomentAnswer[], { wording }: Writing): Writing['wording']['overrideReasons'] => {
  const wanted = new Set(answers.flatMap(({ overrideReasons }) => overrideReasons))
  return wanted.size === 0 ? wording.overrideReasons : wording.overrideReasons.filter(({ code }) => wanted.has(code))
}

/** A card that only the moments ask for; null where none of them speaks. */
export const momentCard = (
  answers: readonly MomentAnswer[],
  about: About,
  context: SuggestionContext,
  writing: Writing,
): Written | null => {
  const loud = speaking(answers)
  const [first, ...others] = loud
  if (!first) return null
  const shown = toldMoments(answers)
  const drug = about?.drug.drug.name ?? null
  const uuid = writing.newUuid()
  const whole = finish(
    {
      summary: addBriefs(fillMoment(first.headline ?? first.title, drug, first), others, drug),
      detail: joinSections(shown.map((answer) => momentSection(answer, drug))),
      indicator: first.indicator,
      links: [appLink(about?.drug ?? null, about?.drug.ref ?? null, uuid, writing)],
    },
    uuid,
    offersOf(loud, about?.order ?? null, context),
    writing,
    true,
  )
  const card = { ...whole, overrideReasons: reasonsFor(loud, writing) }
  const trace: CardTrace = {
    card: uuid,
    concern: 'risk',
    order: about?.drug.ref ?? null,
    drug,
    findings: [],
    facts: factsOf(shown).sort(),
    rows: rowsOf(shown),
    concerns: [],
  }
  return { card, trace }
}

const subjectOf = (drug: Ingredient | null, { title }: MomentAnswer): string => (drug === null ? title : `${drug.name}: ${title}`)

/** Every moment that could have spoken and did not, with its reason. `shown`: its numbers stand on a card all the same. */
export const momentSilences = (answers: readonly MomentAnswer[], drug: DrugAssessment | null, shown: boolean): Silence[] =>
  answers
    .filter(({ state }) => state === 'silent' || (!shown && state !== 'speaks'))
    .map((answer) => ({
      about: subjectOf(drug?.drug ?? null, answer),
      code: answer.code,
      because: answer.because,
      ...(drug === null ? {} : { order: drug.ref }),
    }))

/** At most one card for what the moments say without an order: at a discharge, or on opening the chart. */
export const writeMomentCards = (answers: readonly MomentAnswer[], at: string, facts: PatientFacts, writing: Writing): WrittenCards => {
  const context: SuggestionContext = {
    patientId: facts.patient?.id ?? '',
    encounterId: writing.encounterId,
    now: facts.now,
    newUuid: writing.newUuid,
  }
  const written = momentCard(answers, null, context, writing)
  const silences = momentSilences(answers, null, written !== null)
  if (written === null) return { cards: [], traces: [], silences }
  const mark = markMoments(at, answers, null, written.card, writing.seal)
  const past = overrideOf(mark, written.card.indicator, writing.overridden)
  if (past) return { cards: [], traces: [], silences: [...silences, overriddenSilence(mark, past, at)] }
  return {
    cards: [{ ...written.card, ...concernExtension([mark], writing.seal) }],
    traces: [{ ...written.trace, concerns: [mark] }],
    silences,
  }
}

/** The same beside what is said already: still one card. */
export const withMoments = (
  written: WrittenCards,
  answers: readonly MomentAnswer[],
  at: string,
  facts: PatientFacts,
  writing: Writing,
): WrittenCards => {
  const own = writeMomentCards(answers, at, facts, writing)
  const silences = [...written.silences, ...own.silences]
  const [card] = written.cards
  const [why] = written.traces
  const [more] = own.traces
  if (!card || !why || !more) return { cards: [...written.cards, ...own.cards], traces: [...written.traces, ...own.traces], silences }
  const loud = speaking(answers)
  const concerns = [...why.concerns, ...more.concerns]
  const joined: Card = {
    ...card,
    summary: addBriefs(card.summary, loud, null),
    detail: joinSections([...loud.map((answer) => momentSection(answer, null)), card.detail ?? '']),
    indicator: moreUrgent(card, loud),
    ...concernExtension(concerns, writing.seal),
  }
  return { cards: [joined], traces: [{ ...withTrace(why, loud), concerns }], silences }
}
