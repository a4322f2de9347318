import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FhirResource } from '../../src/contract/facts.ts'
import { genomicTerms } from '../../src/facts/genomics/genomic-terms.ts'
import { theTerms } from '../builders/knowledge.ts'
import { condition, geneStudied, genotype, implication, indicator, loinc, observation, read, report, textResult } from './results.ts'

const GENES = ['CYP2C19', 'CYP2C9', 'CYP2D6', 'TPMT', 'DPYD', 'SLCO1B1', 'HLA-B', 'VKORC1', 'UGT1A1', 'G6PD'] as const
const WORDS = [
  '*1/*2',
  '*2/*1',
  '*4/*4',
  '*1',
  '*1/*2 or *1/*3',
  'Poor Metabolizer',
  'Normal Metabolizer',
  'Decreased Function',
  'No call',
  'HLA-B*57:01 positive',
  'rs9923231 C/T',
  'Negative',
  '*1x2/*4',
  '',
  'see report',
]
/** `pm`, `b/b`: chance may draw a phenotype's own short word or an allele of one letter, and then the text does hold a finding. */
const SHORT_WORDS: ReadonlySet<string> = new Set(
  [
    'b',
    ...[...theTerms().genes.values()].flatMap((table) => Object.keys(table.phenotypes)),
    ...genomicTerms(theTerms()).codes.phenotypes.flatMap(({ short, words }) => (short ? words : [])),
  ].map((each) => each.toLowerCase()),
)
const STATUSES = ['final', 'preliminary', 'corrected', 'entered-in-error', 'registered']

const id = fc.nat({ max: 9 }).map((number) => `r${number}`)
const gene = fc.constantFrom(...GENES)
const word = fc.constantFrom(...WORDS)
const members = fc.record({ id, status: fc.constantFrom(...STATUSES), effectiveDateTime: fc.constantFrom('2020', '2023-04', '2024-05-06') })
const pointsAt = id.map((target) => ({ derivedFrom: [{ reference: `Observation/${target}` }] }))

const resource: fc.Arbitrary<FhirResource> = fc.oneof(
  fc.tuple(gene, word, members).map(([symbol, text, rest]) => genotype(symbol, text, rest)),
  fc.tuple(gene, word, members).map(([symbol, text, rest]) => textResult(`${symbol} genotype`, text, rest)),
  fc.tuple(word, pointsAt, members).map(([text, target, rest]) => implication({ text }, { ...rest, ...target })),
  fc.tuple(gene, word).map(([symbol, text]) => condition(`${symbol} ${text}`)),
  fc
    .tuple(gene, word, id)
    .map(([symbol, text, target]) => indicator(`${symbol} ${text}`, { evidence: [{ detail: [{ reference: `Observation/${target}` }] }] })),
  fc.tuple(fc.array(id, { maxLength: 4 }), fc.constantFrom(...STATUSES)).map(([ids, status]) =>
    report(
      ids.map((each) => observation(each, {})),
      { status },
    ),
  ),
  fc
    .tuple(gene, id)
    .map(([symbol, own]) => observation(own, { code: loinc('48018-6'), valueCodeableConcept: geneStudied(symbol).valueCodeableConcept })),
  fc.tuple(id, id).map(([own, other]) =>
    observation(own, {
      code: { coding: [{ code: 'grouper' }] },
      hasMember: [{ reference: `Observation/${other}` }, { reference: `Observation/${own}` }],
    }),
  ),
)

const record = fc.array(resource, { maxLength: 12 })

describe('laws of reading', () => {
  test('the order of resources decides nothing', () => {
    fc.assert(
      fc.property(
        record.chain((resources) => fc.tuple(fc.constant(resources), fc.shuffledSubarray(resources, { minLength: resources.length }))),
        ([resources, shuffled]) => {
          expect(read(...shuffled)).toEqual(read(...resources))
        },
      ),
      { numRuns: 150 },
    )
  })

  test('a resource that comes twice changes nothing', () => {
    fc.assert(
      fc.property(record, fc.nat(), (resources, which) => {
        const copy = resources[which % Math.max(1, resources.length)]
        expect(read(...resources, ...(copy ? [structuredClone(copy)] : []))).toEqual(read(...resources))
      }),
      { numRuns: 150 },
    )
  })

  test('the order of two alleles decides nothing', () => {
    const allele = fc.constantFrom('*1', '*2', '*3', '*4', '*10', '*17', '*41', '*1x2', '*36+*10', '*2xN', '*999')
    fc.assert(
      fc.property(fc.constantFrom('CYP2D6', 'CYP2C19', 'CYP2C9'), allele, allele, (symbol, one, other) => {
        const readings = [`${one}/${other}`, `${other}/${one}`].map((text) => read(genotype(symbol, text)).readings[0])
        expect(readings[0]?.genotype).toEqual(readings[1]?.genotype)
        expect(readings[0]?.flags).toEqual(readings[1]?.flags)
      }),
    )
  })

  test('the order of components decides nothing', () => {
    const parts = [
      geneStudied('CYP2C19'),
      { code: loinc('48002-0'), valueCodeableConcept: loinc('LA6683-2') },
      { code: loinc('82120-7'), valueString: 'Cis' },
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: parts.length }), (component) => {
        expect(read(genotype('CYP2C19', '*1/*2', { component }))).toEqual(read(genotype('CYP2C19', '*1/*2', { component: parts })))
      }),
    )
  })

  test('anything at all in place of a resource costs only itself', () => {
    const sound = [genotype('CYP2C19', '*1/*2', { id: 'sound' }), report([observation('sound', {})])]
    const junk = fc.oneof(
      fc.anything(),
      fc
        .record({
          resourceType: fc.constantFrom(
            'Observation',
            'Condition',
            'DiagnosticReport',
            'AllergyIntolerance',
            'Procedure',
            'Patient',
            'Bundle',
            'Parameters',
            'FamilyMemberHistory',
          ),
        })
        .chain((base) =>
          fc
            .dictionary(
              fc.constantFrom(
                'code',
                'valueCodeableConcept',
                'component',
                'subject',
                'status',
                'result',
                'hasMember',
                'derivedFrom',
                'evidence',
                'category',
                'entry',
                'parameter',
                'contained',
                'reaction',
                'condition',
                'identifier',
                'extension',
                'specimen',
                'method',
                'note',
                'presentedForm',
                'conclusionCode',
                'meta',
              ),
              fc.anything(),
            )
            .map((rest) => ({ ...rest, ...base })),
        ),
    )
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 6 }), (broken) => {
        const { readings } = read(
          ...structuredClone(broken.filter((each) => typeof each !== 'function' && typeof each !== 'symbol')),
          ...sound,
        )
        expect(readings.filter((reading) => reading.ref === 'Observation/sound')).toMatchObject([
          { gene: 'CYP2C19', genotype: { diplotype: '*1/*2' }, use: 'act' },
        ])
      }),
      { numRuns: 300 },
    )
  })

  test('a part of a result that is missing never makes it surer or normal', () => {
    const whole = genotype('CYP2C19', '*2/*2', { performer: [{ display: 'Lab' }] })
    const names = Object.keys(whole).filter((name) => name !== 'resourceType')
    const confidences = ['none', 'low', 'medium', 'high']
    fc.assert(
      fc.property(fc.subarray(names), (kept) => {
        const part = Object.fromEntries(Object.entries(whole).filter(([name]) => name === 'resourceType' || kept.includes(name)))
        for (const reading of read(part).readings) {
          expect(['PM', undefined]).toContain(reading.genotype.phenotype?.code)
          expect(confidences.indexOf(reading.confidence)).toBeLessThanOrEqual(
            confidences.indexOf(read(whole).readings[0]?.confidence ?? 'none'),
          )
        }
      }),
    )
  })

  test('text without a finding never gives a usable reading', () => {
    const harmless = fc
      .string({ maxLength: 40, unit: fc.constantFrom(...'abcdefghij klmnopq.,;:()/|+-0123456789') })
      .filter((text) => !(text.match(/[a-z]+/g) ?? []).some((each) => SHORT_WORDS.has(each)))
    fc.assert(
      fc.property(gene, harmless, (symbol, text) => {
        const usable = read(genotype(symbol, text)).readings.filter((reading) => reading.use === 'act' || reading.use === 'candidates')
        expect(usable).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
