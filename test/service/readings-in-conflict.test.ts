import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { openHospital, summaries } from './alert-door.ts'

type Result = readonly [gene: string, diplotype: string]

let count = 0

const orderingWith = (product: string, results: readonly Result[], born = '1965-03-03'): PatientBuilder => {
  count += 1
  const patient = aPatient(`conflict-${count}`).born(born)
  for (const [gene, diplotype] of results) patient.withGenotype(gene, diplotype)
  return patient.ordering(product)
}

describe('Results that lead to different advice', () => {
  let hospital: Awaited<ReturnType<typeof openHospital>>
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace)
  })
  afterAll(() => hospital?.close())

  const whatToDo = async (patient: PatientBuilder): Promise<string[]> => {
    const { cards } = await hospital.ask(patient)
    return (cards[0]?.detail ?? '')
      .split('\n\n**')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('- If ')) as string[]
  }

  it.each<[string, string, Result[], string]>([
    [
      'flecainide',
      'flecainide 100 MG Oral Tablet',
      [
        ['CYP2D6', '*1/*4'],
        ['CYP2D6', '*4/*4'],
      ],
      'CYP2D6 \\*4/\\*4, activity score 0.0): Give 50% of the usual dose.',
    ],
    [
      'warfarin',
      'warfarin sodium 5 MG Oral Tablet',
      [
        ['CYP2C9', '*1/*3'],
        ['CYP2C9', '*3/*3'],
      ],
      'CYP2C9 \\*3/\\*3): Start at 20% of the usual dose.',
    ],
    [
      'phenytoin',
      'phenytoin sodium 100 MG Oral Capsule',
      [
        ['CYP2C9', '*1/*3'],
        ['CYP2C9', '*3/*3'],
      ],
      'CYP2C9 \\*3/\\*3, activity score 0.0): Load with the usual dose. Maintain at 50% of the usual dose.',
    ],
    [
      'azathioprine',
      'azathioprine 50 MG Oral Tablet',
      [
        ['TPMT', '*1/*3A'],
        ['NUDT15', '*1/*1'],
        ['NUDT15', '*1/*3'],
      ],
      'NUDT15 \\*1/\\*3, intermediate metabolizer): Start at 20-50% of the usual dose',
    ],
    [
      'celecoxib',
      'celecoxib 200 MG Oral Capsule',
      [
        ['CYP2C9', '*1/*3'],
        ['CYP2C9', '*3/*3'],
      ],
      'CYP2C9 \\*3/\\*3, activity score 0.0): Start at 25-50% of the lowest recommended dose.',
    ],
  ])('%s: the more serious reading is the one that asks for the lowest dose, and it is named', async (_drug, product, results, says) => {
    const lines = await whatToDo(orderingWith(product, results))
    expect(lines).toEqual([expect.stringContaining(`- If the more serious reading holds (${says}`)])
    const [first, ...others] = results
    expect(await whatToDo(orderingWith(product, [...others, ...(first ? [first] : [])]))).toEqual(lines)
  })

  it('between a raised and a lowered dose neither is called more serious: each is told by its name', async () => {
    const lines = await whatToDo(
      orderingWith('haloperidol 5 MG Oral Tablet', [
        ['CYP2D6', '*4/*4'],
        ['CYP2D6', '*1/*2x2'],
      ]),
    )
    expect(lines).toEqual([
      expect.stringContaining('- If CYP2D6 \\*1/\\*2x2, activity score 3.0: Give 150% of the usual dose.'),
      expect.stringContaining('- If CYP2D6 \\*4/\\*4, activity score 0.0: Give 60% of the usual dose.'),
    ])
  })
})

describe('Doses of one source for two genes', () => {
  let hospital: Awaited<ReturnType<typeof openHospital>>
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace)
  })
  afterAll(() => hospital?.close())

  it('a child with reduced doses by two genes is told both in the headline, the lower first, and nothing is filled in', async () => {
    const answer = await hospital.ask(
      orderingWith(
        'warfarin sodium 5 MG Oral Tablet',
        [
          ['CYP2C9', '*1/*3'],
          ['VKORC1', '-1639 AA'],
        ],
        '2019-01-01',
      ),
    )
    expect(summaries(answer)).toEqual([
      'warning: Start warfarin at 60% of the usual dose (CYP2C9 intermediate metabolizer: 65%): VKORC1 -1639 AA',
    ])
    expect(answer.cards[0]?.detail).toContain('- For CYP2C9 intermediate metabolizer: Start at 65% of the usual dose.')
    expect(answer.cards[0]?.detail).toContain(
      '- Each of these doses is for its own gene alone. No DPWG dose for the genes together is held here.',
    )
    expect(answer.cards[0]?.suggestions).toBeUndefined()
  })
})

describe('What a card says beside the advice', () => {
  let hospital: Awaited<ReturnType<typeof openHospital>>
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace)
  })
  afterAll(() => hospital?.close())

  const detailOf = async (product: string, results: readonly Result[]): Promise<string> =>
    (await hospital.ask(orderingWith(product, results))).cards[0]?.detail ?? ''

  it('a raised dose by one gene names no harm of another, and keeps the advice to test that one first', async () => {
    const detail = await detailOf('allopurinol 100 MG Oral Tablet', [['ABCG2', 'rs2231142 T/T']])
    expect(detail).toContain('- Give 140% of the usual dose.')
    expect(detail).not.toContain('SJS')
    expect(detail).toContain('**Before the first dose**\n\n- Consider ordering HLA-B\\*58:01')
  })

  it('an exposure of which the hints are at odds has no direction', async () => {
    const thiopurine = await detailOf('azathioprine 50 MG Oral Tablet', [
      ['TPMT', '*1/*1'],
      ['NUDT15', '*3/*3'],
    ])
    expect(thiopurine).toContain('- Expected: a higher risk of harm\n')
    const tricyclic = await detailOf('imipramine 25 MG Oral Tablet', [
      ['CYP2C19', '*1/*17'],
      ['CYP2D6', '*4/*4'],
    ])
    expect(tricyclic).not.toContain('exposure than usual')
  })

  it('what a label contraindicates for the genotype is critical, though it names no harm and milder advice comes first', async () => {
    expect(summaries(await hospital.ask(orderingWith('siponimod 2 MG Oral Tablet', [['CYP2C9', '*3/*3']])))).toEqual([
      'critical: Avoid siponimod (FDA: contraindicated): CYP2C9 poor metabolizer',
    ])
  })

  it('a long summary drops the results of genes that work as usual before it drops the one that matters', async () => {
    const answer = await hospital.ask(
      orderingWith('mercaptopurine 50 MG Oral Tablet', [
        ['TPMT', '*3A/*3A'],
        ['NUDT15', '*1/*1'],
      ]),
    )
    expect(summaries(answer)).toEqual([
      'warning: Start mercaptopurine at 10% of the usual dose three times a week for malignant disease (else see detail): TPMT poor metabolizer',
    ])
  })
})
