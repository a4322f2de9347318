import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient } from '../builders/patient.ts'
import { askAbout, summaries } from './one-patient.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const NORMAL_2D6 = () => aPatient('p-inhibitor').withGenotype('CYP2D6', '*1/*1')
const CODEINE = ['codeine sulfate 30 MG Oral Tablet', { rxcui: '997170' }] as const
const PAROXETINE = ['paroxetine 20 MG Oral Tablet', { rxcui: '1738483' }] as const

describe('Ordering a medicine that blocks the enzyme of one in use', () => {
  it('tells that the one in use will not work as its genotype says, and by what', async () => {
    const answer = await askAbout(
      sandbox,
      'order-sign',
      NORMAL_2D6()
        .on(...CODEINE)
        .ordering(...PAROXETINE),
    )
    const card = answer.cards.find(({ summary }) => summary.includes('codeine'))
    expect(card?.summary).toBe('Avoid codeine: CYP2D6 acts as poor metabolizer (paroxetine)')
    expect(card?.indicator).toBe('warning')
    expect(card?.detail).toContain('Codeine is in use. This holds once paroxetine is taken along with it.')
    expect(card?.detail).toMatch(/normal metabolizer, activity score 2\.0; with paroxetine acts as poor metabolizer, activity score 0\.0/)
    expect(card?.detail).toContain('paroxetine (strong inhibitor, being ordered): activity score 2.0 × 0 = 0.0')
    expect(card?.suggestions ?? []).toEqual([])
  })

  it('says it at selection too', async () => {
    const answer = await askAbout(
      sandbox,
      'order-select',
      NORMAL_2D6()
        .on(...CODEINE)
        .ordering(...PAROXETINE),
    )
    expect(summaries(answer)).toContain('Avoid codeine: CYP2D6 acts as poor metabolizer (paroxetine)')
  })

  it('says nothing of a medicine whose genotype asks for the same already', async () => {
    const poor = aPatient('p-poor')
      .withGenotype('CYP2D6', '*4/*4')
      .on(...CODEINE)
      .ordering(...PAROXETINE)
    expect(summaries(await askAbout(sandbox, 'order-sign', poor)).filter((summary) => summary.includes('codeine'))).toEqual([])
  })

  it('says nothing when the inhibitor goes on the skin', async () => {
    const cream = NORMAL_2D6()
      .on(...CODEINE)
      .ordering('terbinafine 10 MG/ML Topical Cream')
    expect(summaries(await askAbout(sandbox, 'order-sign', cream)).filter((summary) => summary.includes('codeine'))).toEqual([])
    const tablet = NORMAL_2D6()
      .on(...CODEINE)
      .ordering('terbinafine 250 MG Oral Tablet')
    expect(summaries(await askAbout(sandbox, 'order-sign', tablet))).toContain(
      'Avoid codeine: CYP2D6 acts as poor metabolizer (terbinafine)',
    )
  })

  it('where no rule gives a number, says that the genotype is no longer sure', async () => {
    const patient = aPatient('p-2c19')
      .withGenotype('CYP2C19', '*1/*1')
      .withProcedure('Percutaneous coronary intervention', { snomed: '415070008' })
      .on('clopidogrel 75 MG Oral Tablet', { rxcui: '309362' })
      .ordering('fluoxetine 20 MG Oral Capsule', { rxcui: '310384' })
    const card = (await askAbout(sandbox, 'order-sign', patient)).cards.find(({ summary }) => summary.includes('clopidogrel'))
    expect(card?.summary).toContain('fluoxetine (strong inhibitor, being ordered) may change how CYP2C19 acts')
    expect(card?.indicator).toBe('info')
  })
})

describe('Two drugs in one basket, one of which blocks the enzyme of the other', () => {
  it('are looked at together', async () => {
    const answer = await askAbout(
      sandbox,
      'order-sign',
      NORMAL_2D6()
        .ordering(...CODEINE)
        .ordering(...PAROXETINE),
    )
    const about = summaries(answer).filter((summary) => summary.includes('codeine'))
    expect(about).toEqual(['Avoid codeine: CYP2D6 acts as poor metabolizer (paroxetine)'])
  })

  it('in either order', async () => {
    const answer = await askAbout(
      sandbox,
      'order-sign',
      NORMAL_2D6()
        .ordering(...PAROXETINE)
        .ordering(...CODEINE),
    )
    expect(summaries(answer)).toContain('Avoid codeine: CYP2D6 acts as poor metabolizer (paroxetine)')
  })
})

describe('A strong inhibitor where the genotype is not known', () => {
  const AVOID = 'Avoid codeine: CYP2D6 acts as poor metabolizer (paroxetine)'

  it.each([
    ['without any result', aPatient()],
    ['with one that is not read', aPatient().withGenotype('CYP2D6', '*36+*10/*1')],
    ['with one that has no certain meaning', aPatient().withGenotype('CYP2D6', '*1/*22')],
  ])('leaves no activity whatever the genotype is: %s', async (_what, patient) => {
    const { cards } = await askAbout(sandbox, 'order-sign', patient.on(...PAROXETINE).ordering(...CODEINE))
    expect(cards.map(({ summary }) => summary)).toEqual([AVOID])
  })

  it('says that it rests on the medicine alone, and that no result is on record', async () => {
    const [card] = (
      await askAbout(
        sandbox,
        'order-sign',
        aPatient()
          .on(...PAROXETINE)
          .ordering(...CODEINE),
      )
    ).cards
    expect(card?.detail).toContain('CYP2D6 without a usable result; with paroxetine acts as poor metabolizer, activity score 0.0')
    expect(card?.detail).toContain('this rests on the medicine alone')
    expect(card?.detail).toContain('CYP2D6: no CYP2D6 result was found in the record')
  })

  it('a moderate one decides nothing without a genotype', async () => {
    const { cards } = await askAbout(
      sandbox,
      'order-sign',
      aPatient()
        .on('duloxetine 60 MG Delayed Release Oral Capsule')
        .ordering(...CODEINE),
    )
    expect(cards).toEqual([])
  })
})

describe('An inhibitor that was stopped', () => {
  const lately = (until: string) => NORMAL_2D6().on(PAROXETINE[0], { ...PAROXETINE[1], status: 'stopped', since: '2026-01-01', until })

  it('some days ago leaves open how the genotype acts today, and that is said', async () => {
    const day = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10)
    const answer = await askAbout(sandbox, 'order-sign', lately(day).ordering(...CODEINE))
    expect(summaries(answer).join()).toContain(`paroxetine (strong inhibitor) was stopped on ${day} and may still act on CYP2D6`)
  })

  it('begun some days ago and stopped, which a prescription cannot date, is said too', async () => {
    const since = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10)
    const stopped = (status: string) => NORMAL_2D6().on(PAROXETINE[0], { ...PAROXETINE[1], status, since })
    const answer = await askAbout(sandbox, 'order-sign', stopped('stopped').ordering(...CODEINE))
    expect(summaries(answer).join()).toContain('paroxetine (strong inhibitor) was stopped, the record does not say when')
    const cancelled = await askAbout(sandbox, 'order-sign', stopped('cancelled').ordering(...CODEINE))
    expect(cancelled.cards).toEqual([])
  })

  it.each(['stopped', 'completed'])('begun months ago and %s, nobody knows when, is no long time ago', async (status) => {
    const since = new Date(Date.now() - 170 * 86_400_000).toISOString().slice(0, 10)
    const answer = await askAbout(
      sandbox,
      'order-sign',
      NORMAL_2D6()
        .on('fluoxetine 20 MG Oral Capsule', { status, since })
        .ordering(...CODEINE),
    )
    expect(summaries(answer).join()).toContain(
      'fluoxetine (strong inhibitor) was stopped, the record does not say when, and may still act on CYP2D6',
    )
  })

  it('long ago does not', async () => {
    const answer = await askAbout(sandbox, 'order-sign', lately('2026-02-01').ordering(...CODEINE))
    expect(answer.cards).toEqual([])
  })
})

describe('When the medicine list was not sent', () => {
  it('a normal result is not called enough', async () => {
    const answer = await askAbout(sandbox, 'order-sign', NORMAL_2D6().ordering(...CODEINE), ['medications'])
    expect(summaries(answer).join()).toMatch(/medicine list was not read, so medicines that change CYP2D6 are not known/)
  })
})
