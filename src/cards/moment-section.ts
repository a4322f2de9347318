import type { DrugAssessment } from '../contract/findings.ts'
import type { Lineage } from '../contract/lineage.ts'
import type { MomentAnswer, MomentNumber } from '../contract/moments.ts'
import type { ModelInput, RiskEstimate } from '../contract/risk.ts'
import { UNITS, unitWords } from '../terminology/unit-words.ts'
import { capital } from './action-words.ts'
import { asClause, bulletList, escapeText, listWords, section } from './markdown.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

/** As exact as it is meant: whole numbers from ten on. */
export const amount = (value: number): string => (Math.abs(value) >= 10 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1))

const isWhole = (unit: string): boolean => unit === '{score}' || unit === '{rank}'

/** `8.2 %`, `7`, `21 mg/week`. */
const valueWords = ({ value, unit }: Pick<MomentNumber, 'value' | 'unit'>): string =>
  `${isWhole(unit) ? value.toFixed(0) : amount(value)} ${unitWords(unit)}`.trim()

/** Sentences of a row with its drug and its numbers filled in. */
export const fillMoment = (template: string, drug: string | null, { numbers }: MomentAnswer): string =>
  template.replaceAll(/\{(\w+)(\.band)?\}/g, (whole, name: string, band: string | undefined) => {
    if (name === 'drug') return drug ?? whole
    const number = numbers.find((one) => one.name === name)
    if (!number) return whole
    return band === undefined ? valueWords(number) : shortBand(number)
  })

/** `moderate (37 % in the validation group)` is `moderate` in a sentence. */
const shortBand = ({ band = '' }: MomentNumber): string => band.replace(/\s*\(.*\)$/, '')

/** `Estimated 10-year risk …: 8.2 % (PREVENT, base)`. */
const numberLine = (number: MomentNumber): string => {
  const { says, band, interval, by, unit, others = [] } = number
  const range = interval
    ? `, ${Math.round(interval.level * 100)} % interval ${amount(interval.low)} to ${amount(interval.high)} ${unitWords(unit)}`
    : ''
  return `${says}: ${valueWords(number)}${band === undefined ? '' : `, ${band}`}${range}${bracket([...(isSaid(by, says) ? [] : [by]), ...others.map((other) => `${other.by}: ${valueWords(other)}`)])}`
}

/** `Tisdale score` need not stand behind `Tisdale QT score`. */
const isSaid = (by: string, says: string): boolean => by.split(/\s+/).every((word) => says.includes(word))

const bracket = (words: readonly string[]): string => (words.length > 0 ? ` (${words.join('; ')})` : '')

const MOST = 3

const signed = (points: number): string => `${points > 0 ? '+' : ''}${Number(points.toPrecision(3))}`

const unitless = (label: string): string => {
  const [ucum, said] = Object.entries(UNITS).find(([unit]) => unit !== '1' && label.endsWith(` ${unit}`)) ?? ['', '']
  const words = ucum === '' ? label : `${label.slice(0, -ucum.length)}${said}`.trimEnd()
  return words.replace(/: yes$/, '')
}

/** The largest contributions, as what they do to the estimate and never as causes; from whom they are counted stands in the app. */
const reasonLine = (estimate: Estimated, alone: boolean): string[] => {
  const { reasons } = estimate
  const top = reasons.slice(0, MOST)
  if (top.length === 0) return []
  const points = top.every(({ scale }) => scale === 'points')
  const words = top.map(({ label, contribution }) =>
    points ? `${unitless(label)} (${signed(contribution)})` : `${unitless(label)} (${contribution > 0 ? 'raises' : 'lowers'} it)`,
  )
  const rest = reasons.length - MOST
  const more = rest > 0 ? `; ${rest} more with less weight` : ''
  const whose = alone ? '' : ` (${estimate.title})`
  return [`${points ? 'Points' : 'Weighs most in this estimate'}${whose}: ${words.join('; ')}${more}`]
}

/** Date and resource; who the patient is needs neither. */
const placeWords = ({ facts: all }: ModelInput): string => {
  const facts = all.filter(({ resource }) => !resource.startsWith('Patient/'))
  const [fact] = facts
  if (!fact) return ''
  const others = facts.length > 1 ? ` and ${facts.length - 1} more` : ''
  return ` (${[fact.date?.slice(0, 10), fact.resource].filter(Boolean).join(', ')}${others})`
}

/** Four digits: a conversion between units makes no value more exact. */
const shownValue = ({ value }: ModelInput): string => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : `${value}`)

/** Which medicines they are: what to stop is among them. */
const medicineWords = ({ facts, note }: ModelInput): string =>
  note !== undefined && facts.length > 0 && facts.every(({ resource }) => resource.startsWith('Medication')) ? `: ${note}` : ''

const inputWords = (input: ModelInput): string => {
  const value = input.value === 'yes' ? '' : ` ${shownValue(input)}`
  const unit = unitWords(input.unit)
  return `${input.label}${value}${unit === '' ? '' : ` ${unit}`}${medicineWords(input)}${placeWords(input)}`
}

/** The name of an input inside a sentence; abbreviations and names of codes stay. */
const inList = (label: string): string => (/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label)

const distinct = <T>(all: readonly T[], keyOf: (one: T) => string): T[] => [...new Map(all.map((one) => [keyOf(one), one])).values()]

/** What the numbers were made of, with date and resource; what is absent is listed without. */
const inputLines = (estimates: readonly Estimated[]): string[] => {
  const all = distinct(
    estimates.flatMap(({ inputs }) => inputs.filter(({ value, origin }) => value !== null && origin === 'record')),
    ({ label }) => label,
  )
  const absent = all.filter(({ value }) => value === 'no')
  const present = all.filter(({ value }) => value !== 'no')
  return [
    ...(present.length > 0 ? [`From: ${present.map(inputWords).join('; ')}`] : []),
    ...(absent.length > 0 ? [`Not on record: ${listWords(absent.map(({ label }) => inList(label)))}`] : []),
  ]
}

const isEstimated = (estimate: RiskEstimate): estimate is Estimated => estimate.state === 'estimated'

const FEW = 3

/** The first reasons; a record without any laboratory result would fill the card. */
const whyNot = (because: readonly string[]): string =>
  because.length > FEW ? `${because.slice(0, FEW).join('; ')}; and ${because.length - FEW} more` : because.join('; ')

const shortened = (labels: readonly string[]): string =>
  labels.length > FEW ? `${labels.slice(0, FEW).join(', ')} and ${labels.length - FEW} more` : listWords(labels)

/** Inputs that are not known and what the model does without them, those of which it does the same in one line. */
const unknownLines = (estimates: readonly Estimated[]): string[] => {
  const labels = new Map<string, Set<string>>()
  for (const { inputs, missing } of estimates) {
    const own = new Set(inputs.filter(({ origin }) => origin === 'default').flatMap(({ name, quantity = name }) => [name, quantity]))
    for (const { name, label, effect } of missing) if (own.has(name)) labels.set(effect, (labels.get(effect) ?? new Set()).add(label))
  }
  return [...labels].map(([effect, all]) => `${shortened([...all].map(inList))}: ${asClause(effect)}`).map(capital)
}

/** Gene results that the number was made without, and why: what it leaves out is never left to guess. */
const leftOutLines = (estimates: readonly Estimated[]): string[] =>
  estimates.flatMap(({ alsoRead = [], inputs, missing }) => {
    const own = new Set(inputs.map(({ name }) => name))
    const genes = alsoRead.filter(({ gene, name }) => gene !== undefined && !own.has(name)).map(({ label }) => label)
    const [why] = missing.filter(({ name }) => !own.has(name))
    return genes.length > 0 && why ? [`Not counted in this number: ${listWords(genes)}. ${why.effect}`] : []
  })

/** What could not be computed although it was asked for, with the reason. */
const refusedLines = ({ lacking, state, because }: MomentAnswer): string[] => {
  const refused = lacking.flatMap((one) =>
    one.state === 'refused' && one.because.some(({ about }) => about !== one.model.id)
      ? [`${one.title}: not computed, because ${whyNot(one.because.map((gap) => asClause(gap.because)))}`]
      : [],
  )
  return refused.length === 0 && state === 'not-computed' ? [`Not computed, because ${asClause(because)}`] : refused
}

const benefitLine = ({ benefit }: MomentAnswer): string[] =>
  benefit === null
    ? []
    : [
        `${benefit.says} Applied to this estimate: about ${amount(benefit.fewer)} fewer in 100 such people (${amount(benefit.fewerLow)} to ${amount(benefit.fewerHigh)}).`,
      ]

const outsideLines = (estimates: readonly Estimated[]): string[] =>
  distinct(
    estimates.filter(({ population }) => !population.fits).flatMap(({ population }) => population.limits),
    (one) => one,
  )

const factWords = ({ date, resource }: Lineage): string => [date?.slice(0, 10), resource].filter(Boolean).join(', ')

/** What the rule rests on; who the patient is needs no resource. */
const foundLines = ({ found }: MomentAnswer): string[] =>
  found.map(({ words, facts }) => {
    const places = facts.filter(({ resource }) => !resource.startsWith('Patient/')).map(factWords)
    return `${capital(words)}${bracket(places)}`
  })

/** Brackets of a DOI would end the link. */
const linkTarget = (url: string): string => url.replaceAll('(', '%28').replaceAll(')', '%29')

/** One moment as a part of a card: advice first, then the numbers, what they were made of and where they end. */
export const momentSection = (answer: MomentAnswer, drug: string | null): string => {
  const estimated = answer.estimates.filter(isEstimated)
  const lines = [
    ...answer.advice.map((one) => fillMoment(one, drug, answer)),
    ...answer.numbers.map(numberLine),
    ...outsideLines(estimated),
    ...benefitLine(answer),
    ...foundLines(answer),
    ...(answer.explained ? estimated : []).flatMap((one) => reasonLine(one, estimated.length === 1)),
    ...inputLines(estimated),
    ...unknownLines(estimated),
    ...leftOutLines(estimated),
    ...refusedLines(answer),
    ...(answer.numbers.length > 0 ? [answer.limits] : []),
  ].map(escapeText)
  const sources = answer.sources.map(({ label, url }) => `[${escapeText(label)}](${linkTarget(url)})`)
  return section(answer.title, bulletList([...lines, ...(sources.length > 0 ? [`Sources: ${sources.join('; ')}`] : [])]))
}

const ORDER = ['speaks', 'beside', 'not-computed']

/** Told on a card: what speaks, the most urgent first, what goes beside, and what lacks. */
export const toldMoments = (answers: readonly MomentAnswer[] = []): MomentAnswer[] =>
  answers
    .filter(({ state }) => state !== 'silent')
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || Number(a.indicator === 'info') - Number(b.indicator === 'info'))

/** What the moments of an order add to a card about its drug. */
export const momentSections = ({ drug, moments }: DrugAssessment): string[] =>
  toldMoments(moments).map((answer) => momentSection(answer, drug.name))
