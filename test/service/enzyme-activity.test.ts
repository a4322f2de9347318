import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, LOINC, type PatientBuilder } from '../builders/patient.ts'
import { askAbout } from './one-patient.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const cardsOf = async (patient: PatientBuilder) =>
  (await askAbout(sandbox, 'order-sign', patient)).cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)

const INTERPRETATION = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation'
const coded = (code: string) => ({ interpretation: [{ coding: [{ system: INTERPRETATION, code }] }] })
const range = (low: number, high?: number) => ({
  referenceRange: [{ low: { value: low, unit: 'U/g{Hb}' }, ...(high === undefined ? {} : { high: { value: high, unit: 'U/g{Hb}' } }) }],
})
const quantity = (value: number) => ({ valueQuantity: { value, unit: 'U/g{Hb}', system: 'http://unitsofmeasure.org', code: 'U/g{Hb}' } })

const RED_CELLS = {
  coding: [{ system: LOINC, code: '32546-4' }],
  text: 'Glucose-6-Phosphate dehydrogenase [Enzymatic activity/mass] in Red Blood Cells',
}

const lab = (members: object, code: object = RED_CELLS) => ({
  resourceType: 'Observation',
  id: 'activity',
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code,
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-11-01',
  ...members,
})

const AVOID = 'critical: Avoid rasburicase (FDA: contraindicated; FDA boxed warning): G6PD deficient'

describe('G6PD enzyme activity', () => {
  it.each([
    ['low by its code', { ...quantity(1.1), ...coded('L'), ...range(7) }],
    ['critically low by its code', { ...quantity(0.3), ...coded('LL') }],
    ['below its own range', { ...quantity(1.1), ...range(7, 20) }],
    ['deficient in words', { valueString: 'Deficient' }],
    ['deficient by a word beside the number', { ...quantity(1.1), interpretation: [{ text: 'Deficient' }] }],
  ])('%s: the drug is to be avoided', async (_how, members) => {
    expect(await cardsOf(aPatient().with(lab(members)).ordering('rasburicase'))).toEqual([AVOID])
  })

  it.each([
    ['methylene blue', ['critical: Avoid methylene blue (FDA: contraindicated): G6PD deficient']],
    ['dapsone', ['critical: Avoid dapsone: G6PD deficient']],
  ])('low: %s', async (drug, cards) => {
    expect(
      await cardsOf(
        aPatient()
          .with(lab({ ...quantity(1.1), ...coded('L') }))
          .ordering(drug),
      ),
    ).toEqual(cards)
  })

  it.each([
    ['normal by its code', { ...quantity(10), ...coded('N') }],
    ['within its own range', { ...quantity(10), ...range(7, 20) }],
    ['normal in words', { valueString: 'Normal' }],
    ['normal by its code, whatever its words are', { valueString: 'Intermediate', ...coded('N') }],
  ])('%s: it is told, and neither taken for a normal result nor passed over', async (_how, members) => {
    const { cards } = await askAbout(sandbox, 'order-sign', aPatient().with(lab(members)).ordering('primaquine'))
    expect(cards.map(({ detail }) => detail).join()).toContain(
      'G6PD enzyme activity is on record and was not interpreted: normal by the laboratory, which does not hold after a transfusion or haemolysis',
    )
    expect(cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)).toEqual([
      'warning: Test G6PD before primaquine: no usable result (G6PD enzyme activity is on record and was not interpreted)',
    ])
  })

  it('normal beside a deficient allele of a male that is not in the table: no silence', async () => {
    const patient = aPatient()
      .male()
      .withGenotype('G6PD', 'Mediterranean')
      .with(lab({ ...quantity(10), ...coded('N') }))
    expect(await cardsOf(patient.ordering('rasburicase'))).not.toEqual([])
  })

  it('that is not deficient is not told as deficient', async () => {
    for (const valueString of ['Non-deficient', 'Not deficient', 'No deficiency detected'])
      expect((await cardsOf(aPatient().with(lab({ valueString })).ordering('rasburicase'))).join()).not.toContain('G6PD deficient')
  })

  it('that has no value is told as such', async () => {
    const { cards } = await askAbout(
      sandbox,
      'order-sign',
      aPatient()
        .with(lab({ status: 'registered' }))
        .ordering('primaquine'),
    )
    expect(cards.map(({ detail }) => detail).join()).toContain('it has no value')
  })

  it.each([
    ['a bare number', quantity(10), 'the laboratory gave no interpretation or range'],
    [
      'an intermediate one',
      { ...quantity(5), interpretation: [{ text: 'Intermediate' }] },
      'it is neither low nor normal by the laboratory',
    ],
    [
      'one whose code and range differ',
      { ...quantity(10), ...coded('L'), ...range(7, 20) },
      'its interpretation and its range do not agree',
    ],
    ['one above the range', { ...quantity(30), ...range(7, 20) }, 'it is neither low nor normal by the laboratory'],
  ])('%s is said to be there, and is not taken for normal', async (_what, members, because) => {
    const { cards } = await askAbout(sandbox, 'order-sign', aPatient().with(lab(members)).ordering('primaquine'))
    expect(cards.map(({ detail }) => detail).join()).toContain(`G6PD enzyme activity is on record and was not interpreted: ${because}`)
    expect(cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)).toEqual([
      'warning: Test G6PD before primaquine: no usable result (G6PD enzyme activity is on record and was not interpreted)',
    ])
  })

  it('of a name without a code is read, too', async () => {
    const named = lab({ ...quantity(1.1), ...coded('L') }, { text: 'G6PD activity' })
    expect(await cardsOf(aPatient().with(named).ordering('rasburicase'))).toEqual([AVOID])
    expect(
      await cardsOf(
        aPatient()
          .with(lab({ valueString: 'Deficient' }, { text: 'G6PD' }))
          .ordering('rasburicase'),
      ),
    ).toEqual([AVOID])
  })

  it('decides where one of two X chromosomes carries a deficient allele', async () => {
    const carrier = () => aPatient().female().withGenotype('G6PD', 'B (reference)/Mediterranean')
    expect(
      await cardsOf(
        carrier()
          .with(lab({ ...quantity(10), ...coded('N') }))
          .ordering('rasburicase'),
      ),
    ).toEqual(await cardsOf(carrier().ordering('rasburicase')))
    expect(
      await cardsOf(
        carrier()
          .with(lab({ ...quantity(1), ...coded('L') }))
          .ordering('rasburicase'),
      ),
    ).toEqual([AVOID])
  })

  it('entered in error counts for nothing', async () => {
    const withdrawn = lab({ ...quantity(1.1), ...coded('L'), status: 'entered-in-error' })
    expect(await cardsOf(aPatient().with(withdrawn).ordering('primaquine'))).toEqual([
      'warning: Test G6PD before primaquine: no result on record',
    ])
  })
})

describe('An X-linked gene in a male', () => {
  it('has one copy: a single allele is the whole result', async () => {
    const patient = aPatient().male().withGenotype('G6PD', 'A- 202A_376G').ordering('rasburicase')
    expect(await cardsOf(patient)).toEqual([AVOID])
  })

  it.each(['A- 202A_376G not detected', 'A- 202A_376G: negative', 'A- 202A_376G absent', 'No A- 202A_376G'])(
    'an allele that is denied is none: %s',
    async (text) => {
      const cards = await cardsOf(aPatient().male().withGenotype('G6PD', text).ordering('rasburicase'))
      expect(cards.join()).not.toContain('G6PD deficient')
      expect(cards).not.toEqual([])
    },
  )

  it('of a female a single allele leaves the other copy open', async () => {
    const { cards } = await askAbout(
      sandbox,
      'order-sign',
      aPatient().female().withGenotype('G6PD', 'A- 202A_376G').ordering('rasburicase'),
    )
    expect(cards.map(({ summary }) => summary)).not.toContain(AVOID.replace('critical: ', ''))
  })
})

describe('A test whose name could be that of an enzyme test', () => {
  it.each([
    ['HLA-B*57:01 screen', 'Positive', 'abacavir'],
    ['HLA-B*5701 Qualitative', 'Positive', 'abacavir'],
    ['HLA-B*15:02 screen', 'Positive', 'carbamazepine'],
  ])('%s of another gene is read as what it is', async (name, valueString, drug) => {
    const { cards } = await askAbout(
      sandbox,
      'order-sign',
      aPatient()
        .with(lab({ valueString }, { text: name }))
        .ordering(drug),
    )
    expect(cards.map(({ indicator, summary }) => `${indicator}: ${summary}`).join()).toContain(`critical: Avoid ${drug}`)
  })
})

describe('An enzyme activity of a gene that is read by genotype alone', () => {
  it('is said to be on record', async () => {
    const activity = lab(
      { valueQuantity: { value: 3, unit: 'U/mL' }, ...coded('L') },
      { coding: [{ system: LOINC, code: '21563-2' }], text: 'TPMT activity' },
    )
    const { cards } = await askAbout(sandbox, 'order-sign', aPatient().with(activity).ordering('azathioprine'))
    expect(cards.map(({ summary }) => summary)).toEqual([
      'Not assessed: azathioprine, because TPMT enzyme activity is on record and was not interpreted: only genotypes and phenotypes are read',
    ])
  })
})
