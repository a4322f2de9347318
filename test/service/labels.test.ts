import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { openHospital, summaries } from './alert-door.ts'

type Hospital = Awaited<ReturnType<typeof openHospital>>

const ultrarapid = (id: string, birthDate: string): PatientBuilder => aPatient(id).born(birthDate).withGenotype('CYP2D6', '*1/*2x3')
const bornYearsAgo = (years: number): string => `${new Date().getUTCFullYear() - years}-01-01`
const detailOf = ({ cards }: Awaited<ReturnType<Hospital['ask']>>): string => cards[0]?.detail ?? ''

describe('At a US site, with another source preferred and optional advice left to the app', () => {
  let hospital: Hospital
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace, {
      precedence: ['DPWG', 'CPIC', 'FDA'],
      alertPolicy: { optionalAdvice: 'app', maxCards: 1 },
    })
  })
  afterAll(() => hospital?.close())

  it('a boxed warning stands in the summary of a card that speaks for another source', async () => {
    const answer = await hospital.ask(aPatient('abacavir').withGenotype('HLA-B', '*57:01/*08:01').ordering('abacavir 300 MG Oral Tablet'))
    expect(summaries(answer)).toEqual(['critical: Abacavir is contraindicated (FDA boxed warning): HLA-B*57:01 positive'])
    expect(detailOf(answer)).toContain('FDA label, boxed warning and contraindications: Do not use abacavir; it is contraindicated.')
  })

  it('clopidogrel in a poor metabolizer carries its boxed warning, though the indication is not known', async () => {
    const answer = await hospital.ask(aPatient('clopidogrel').withGenotype('CYP2C19', '*2/*2').ordering('clopidogrel 75 MG Oral Tablet'))
    expect(summaries(answer)[0]).toContain('(FDA boxed warning): CYP2C19 poor metabolizer')
    expect(detailOf(answer)).toContain('This stands in the FDA label: boxed warning.')
  })

  it('but not in an intermediate metabolizer, of whom the box does not speak', async () => {
    const answer = await hospital.ask(aPatient('clopidogrel-im').withGenotype('CYP2C19', '*1/*2').ordering('clopidogrel 75 MG Oral Tablet'))
    expect(answer.cards).toHaveLength(1)
    expect(summaries(answer)[0]).not.toContain('boxed')
  })

  it.each(['codeine sulfate 30 MG Oral Tablet', 'tramadol hydrochloride 50 MG Oral Tablet'])(
    '%s in ultrarapid metabolizers: contraindicated in a child, asked about in an adolescent, not said of an adult',
    async (product) => {
      const summaryAt = async (years: number): Promise<string> =>
        summaries(await hospital.ask(ultrarapid(`opioid-${years}`, bornYearsAgo(years)).ordering(product)))[0] ?? ''
      expect(await summaryAt(8)).toContain('contraindicated')
      expect(await summaryAt(8)).toContain('FDA boxed warning')
      expect(await summaryAt(14)).toContain('(FDA boxed warning: see detail)')
      expect(await summaryAt(45)).not.toContain('boxed')
    },
  )

  it('what the label makes depend on more than the record tells is told with its condition', async () => {
    const answer = await hospital.ask(ultrarapid('adolescent', bornYearsAgo(14)).ordering('codeine sulfate 30 MG Oral Tablet'))
    expect(detailOf(answer)).toContain(
      'FDA label, boxed warning and contraindications: Under 12 years, or in adolescents after tonsillectomy or adenoidectomy: do not use codeine',
    )
  })

  it('a contraindication that only the label states is a critical card of its own', async () => {
    const answer = await hospital.ask(aPatient('thioridazine').withGenotype('CYP2D6', '*4/*4').ordering('thioridazine 50 MG Oral Tablet'))
    expect(summaries(answer)).toEqual(['critical: Thioridazine is contraindicated: CYP2D6 poor metabolizer'])
    expect(detailOf(answer)).toContain('This stands in the FDA label: contraindications.')
  })

  it('the limit on cards takes none of them away', async () => {
    const basket = aPatient('basket')
      .withGenotype('CYP2C19', '*2/*2')
      .withGenotype('CYP2D6', '*4/*4')
      .ordering('thioridazine 50 MG Oral Tablet')
      .ordering('citalopram 20 MG Oral Tablet')
      .ordering('clopidogrel 75 MG Oral Tablet')
    const said = summaries(await hospital.ask(basket))
    expect(said.some((summary) => summary.includes('clopidogrel'))).toBe(true)
    expect(said.at(-1)).toBe('warning: 1 more to read: citalopram')
  })
})

describe('At a site of another country', () => {
  let hospital: Hospital
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace, { country: 'NL', precedence: ['DPWG', 'CPIC', 'FDA'] })
  })
  afterAll(() => hospital?.close())

  it('the FDA label stands among the sources only', async () => {
    const answer = await hospital.ask(aPatient('abacavir').withGenotype('HLA-B', '*57:01/*08:01').ordering('abacavir 300 MG Oral Tablet'))
    expect(summaries(answer)).toEqual(['critical: Abacavir is contraindicated: HLA-B*57:01 positive'])
    expect(detailOf(answer)).not.toContain('FDA label')
    expect(detailOf(answer)).toContain('boxed warning and contraindications]')
  })
})
