import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { type Answer, openHospital, summaries } from './alert-door.ts'

const TODAY = new Date().toISOString().slice(0, 10)

let count = 0

const starting = (results: readonly (readonly [gene: string, result: string])[]): PatientBuilder => {
  count += 1
  const patient = aPatient(`dose-${count}`)
    .born('1965-03-03')
    .measuring('weight', 80, { date: TODAY })
    .measuring('height', 175, { date: TODAY })
  for (const [gene, result] of results) patient.withGenotype(gene, result)
  return patient.ordering('Warfarin Sodium 5 MG Oral Tablet', { rxcui: '855332', dose: '5 mg', times: 1 })
}

/** Lines of the detail about the estimate and what it rests on. */
const estimate = ({ cards }: Answer): string => (cards[0]?.detail ?? '').split('**Estimated warfarin dose**')[1]?.split('\n\n**')[0] ?? ''
const labels = ({ cards }: Answer): string[] => (cards[0]?.suggestions ?? []).map(({ label }) => label)

describe('The dose on a card about a genotype', () => {
  let hospital: Awaited<ReturnType<typeof openHospital>>
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace)
  })
  afterAll(() => hospital?.close())

  it('is in the headline where both genotypes went into it, once', async () => {
    const answer = await hospital.ask(
      starting([
        ['CYP2C9', '*1/*3'],
        ['VKORC1', '-1639 AA'],
      ]),
    )
    expect(summaries(answer)).toEqual([
      'warning: Dose warfarin by a genotype-guided algorithm, about 15 mg/week: CYP2C9 intermediate metabolizer and VKORC1 -1639 AA',
    ])
    expect(estimate(answer)).toContain('CYP2C9 \\*1/\\*3')
  })

  it.each<[string, [string, string][], string, string]>([
    [
      'an allele that no equation knows',
      [['CYP2C9', '*5/*6']],
      'CYP2C9 poor metabolizer and VKORC1 -1639 AA',
      'CYP2C9 \\*5/\\*6: The equation knows',
    ],
    [
      'one such allele',
      [['CYP2C9', '*1/*8']],
      'CYP2C9 intermediate metabolizer and VKORC1 -1639 AA',
      'CYP2C9 \\*1/\\*8: The equation knows',
    ],
    [
      'results that differ',
      [
        ['CYP2C9', '*1/*3'],
        ['CYP2C9', '*3/*3'],
      ],
      'CYP2C9 *1/*3 or *3/*3 and VKORC1 -1639 AA',
      'CYP2C9: the result leaves several genotypes open',
    ],
  ])('is not computed with %s, and the reason is said', async (_what, results, words, because) => {
    const answer = await hospital.ask(starting([...results, ['VKORC1', '-1639 AA']]))
    expect(summaries(answer)).toEqual([`warning: Dose warfarin by a genotype-guided algorithm: ${words}`])
    expect(estimate(answer)).toContain(`not computed, because ${because}`)
    expect(answer.cards[0]?.detail).not.toContain('mg/week')
  })

  it('is not computed where only the phenotype is known', async () => {
    const answer = await hospital.ask(starting([]).withPhenotype('CYP2C9', 'Poor metabolizer'))
    expect(summaries(answer)[0]).not.toContain('mg/week')
    expect(estimate(answer)).toContain('CYP2C9: only a phenotype is known; the equation needs the genotype')
  })

  it.each<[string, [string, string][]]>([
    ['was not tested', []],
    ['could not be called by the laboratory', [['VKORC1', 'No call']]],
  ])('stands for an unknown second genotype that %s, and is told as another way than the share', async (_what, more) => {
    const answer = await hospital.ask(starting([['CYP2C9', '*3/*3'], ...more]))
    expect(summaries(answer)).toEqual(['warning: Start warfarin at 20% of the usual dose: CYP2C9 poor metabolizer'])
    expect(estimate(answer)).toContain('Estimated maintenance dose: 13 mg/week')
    expect(estimate(answer)).toContain("the equation's own term for an unknown genotype is used")
    expect(answer.cards[0]?.detail).toContain('The estimate further down (13 mg/week) is another way to a dose and need not agree')
    expect(labels(answer)).toEqual(['Reduce to 20% of the ordered dose: 1 mg once daily (Warfarin Sodium 1 MG Oral Tablet)'])
  })

  it('that leaves both genotypes out says so, and is not in the headline', async () => {
    const answer = await hospital.ask(
      starting([
        ['CYP2C9', '*1/*3'],
        ['VKORC1', '-1639 AA'],
      ]).ofRace('black'),
    )
    expect(summaries(answer)[0]).not.toContain('mg/week')
    expect(estimate(answer)).toContain('IWPC clinical equation')
    expect(estimate(answer)).toContain(
      'Not counted in this number: VKORC1 -1639G&gt;A and CYP2C9. For African ancestry CPIC (2017) advises clinical dosing',
    )
  })
})
