import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMarkdown } from '../../smart-app/ui/markdown/parse-markdown.ts'
import { writeOrderCards } from '../../src/cards/write-cards.ts'
import { writeMedicineCards } from '../../src/cards/write-medicine-cards.ts'
import type { Card, WrittenCards } from '../../src/contract/cards.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import { breaches, repeatedIds } from './card-laws.ts'
import { assessFacts, sketchPatient, theWriting } from './row-patients.ts'

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![x](https://evil.example/p.png)',
  'https://evil.example/steal?x=1',
  'www.evil.example',
  '**bold** _it_ `code` ~~gone~~ # heading',
  '| a | b |\n| --- | --- |\n| c | d |',
  'line\r\n\r\n- list\n\n1. list\n\n> quote\n\n```\ncode',
  '\u202egnp.exe\u202c \u0000\u0007\ufeff',
  `war\u200bfarin\u2060 5\u200d mg ${String.fromCodePoint(0xe0069, 0xe0067, 0xe007f)}`,
  '&lt;b&gt; &amp; \\[x](y) \\\\',
  '{drug} {detail} {value} $& $1 $$',
  'x'.repeat(5000),
  ' ',
  '',
]

const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 }))

/** Orders and results of which every kind of card comes: advice, conflict, not assessed, test first, dose, nothing. */
const SKETCHES: readonly object[] = [
  { age: 60, genes: { CYP2C19: '*2/*2' }, procedures: [{ name: 'PCI', snomed: '415070008' }], order: { drug: 'clopidogrel' } },
  { age: 60, genes: { CYP2C19: ['*1/*1', '*2/*2'] }, order: { drug: 'citalopram' }, medicines: ['citalopram', 'voriconazole'] },
  { age: 60, genes: { CYP2C19: 'unreadable' }, order: { drug: 'citalopram' }, medicines: ['citalopram'] },
  { age: 45, order: { drug: 'abacavir' } },
  { age: 45, genes: { 'HLA-B': '*57:01 positive' }, order: { drug: 'abacavir' }, medicines: ['abacavir'] },
  { age: 60, genes: { DPYD: '1.0' }, order: { drug: 'capecitabine' }, medicines: ['capecitabine'] },
  { genes: { CYP2D6: '*1/*1' }, medicines: ['paroxetine', 'tramadol'], order: { drug: 'tramadol' } },
  { genes: { TPMT: 'PM' }, order: { drug: 'mercaptopurine' }, conditions: [{ name: "Crohn's disease", snomed: '34000006' }] },
]

const poison = (facts: PatientFacts, words: readonly string[]): PatientFacts => {
  let at = 0
  const next = (): string => {
    at += 1
    return words[at % words.length] ?? ''
  }
  return {
    ...facts,
    readings: facts.readings.map((reading) => ({
      ...reading,
      notes: [next()],
      reported: { text: next(), diplotype: next(), phenotype: next() },
      genotype: { ...reading.genotype, diplotype: next() },
      lineage: { ...reading.lineage, source: next(), date: next() },
    })),
    orders: facts.orders.map((order) => ({
      ...order,
      drug: { ...order.drug, text: next(), codings: [{ system: next(), code: next(), display: next() }] },
      dose: { ...order.dose, mgPerDose: 1000, mgPerDay: 2000, timesPerDay: 2, text: next() },
      priority: next(),
      intent: next(),
      encounter: next(),
      requester: next(),
      subject: next(),
      authoredOn: next(),
      reasons: [{ text: next(), codings: [{ system: next(), code: next() }] }],
    })),
    medicines: facts.medicines.map((medicine) => ({ ...medicine, drug: { ...medicine.drug, text: next() } })),
    conditions: facts.conditions.map((condition) => ({ ...condition, name: next() })),
    procedures: facts.procedures.map((procedure) => ({ ...procedure, name: next() })),
    allergies: facts.allergies.map((allergy) => ({ ...allergy, name: next(), reactions: [next()] })),
    gaps: [{ about: 'genomics', code: 'unread-document', because: next(), resource: next() }],
  }
}

const cardsOf = (sketch: object, words: readonly string[]): WrittenCards['cards'] => {
  const { facts } = sketchPatient(sketch)
  const hostile = poison(facts, words)
  const assessment = assessFacts(hostile)
  return [...writeOrderCards(assessment, hostile, theWriting()).cards, ...writeMedicineCards(assessment, hostile, theWriting()).cards]
}

/** Every node of a parsed text, at any depth. */
const nodes = (value: unknown): { kind: string; href?: string }[] => {
  if (Array.isArray(value)) return value.flatMap(nodes)
  if (value === null || typeof value !== 'object') return []
  const node = value as { kind?: string }
  return [...(node.kind ? [node as { kind: string }] : []), ...Object.values(value).flatMap(nodes)]
}

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const OURS =
  /^https:\/\/(www\.clinpgx\.org|cpicpgx\.org|www\.ncbi\.nlm\.nih\.gov|pmc\.ncbi\.nlm\.nih\.gov|dailymed\.nlm\.nih\.gov|www\.cerdelga\.com)\//

const foreign = ({ detail = '' }: Card): string[] => [
  ...nodes(parseMarkdown(detail)).flatMap(({ kind, href }) => (kind === 'link' && !OURS.test(href ?? '') ? [`link ${href}`] : [])),
  ...(/<[a-z/!?]/i.test(detail) ? ['tag'] : []),
  ...(/!\[|\]\(javascript/i.test(detail.replaceAll(/\\./g, '')) ? ['image or script'] : []),
]

describe('Cards on a chart full of hostile text', () => {
  it('keep to CDS Hooks, and nothing of the chart acts in them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SKETCHES), fc.array(text, { minLength: 1, maxLength: 8 }), (sketch, words) => {
        const cards = cardsOf(sketch, words)
        expect(cards.flatMap((card) => breaches(card, { patientId: 'p', orders: ['MedicationRequest/order'] }))).toEqual([])
        expect(cards.flatMap(foreign)).toEqual([])
        expect(repeatedIds(cards)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it.each(SKETCHES.map((sketch, at) => [at, sketch] as const))('patient %i still gets the card that is due', (_at, sketch) => {
    expect(cardsOf(sketch, HOSTILE).length).toBeGreaterThan(0)
  })

  it('hold no character that shows nothing, and no long run of it', () => {
    const long = 'Peanut, and all that was ever near one. '.repeat(500)
    for (const sketch of SKETCHES)
      for (const { summary, detail = '' } of cardsOf(sketch, [long, ...HOSTILE])) {
        // The one of width nothing that stands there is ours: it keeps an address from becoming a link.
        expect(`${summary}${detail}`.replaceAll(':\u200b//', '')).not.toMatch(/[\u00ad\u200b-\u200f\u2060-\u206f]|[\u{e0000}-\u{e0fff}]/u)
        expect(detail).not.toContain(long.slice(0, 2001))
      }
  })

  it('a summary is cut, never split inside a character', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SKETCHES),
        fc.array(fc.string({ unit: 'grapheme', minLength: 100, maxLength: 200 }), { minLength: 1, maxLength: 3 }),
        (sketch, words) => {
          for (const { summary, suggestions } of cardsOf(sketch, words)) {
            expect(summary).not.toMatch(LONE)
            for (const { label } of suggestions ?? []) expect(label).not.toMatch(LONE)
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})
