import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { askAbout, summaries } from './one-patient.ts'
import { draftOf, startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const sign = (patient: PatientBuilder) => askAbout(sandbox, 'order-sign', patient)
const cardsOf = async (patient: PatientBuilder) => (await sign(patient)).cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

const request = (id: string, name: string, authoredOn: string, members: object = {}) => ({
  resourceType: 'ServiceRequest',
  id,
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p1' },
  code: { text: name },
  authoredOn,
  ...members,
})

describe('A drug whose first dose should wait for a result', () => {
  it.each([
    ['abacavir', 'warning: Test HLA-B*57:01 before abacavir: no result on record'],
    ['carbamazepine', 'warning: Test HLA-B*15:02 (at-risk ancestry) before carbamazepine, and consider HLA-A*31:01: no result on record'],
    ['oxcarbazepine', 'info: Consider testing HLA-B*15:02 before oxcarbazepine: no result on record'],
    ['phenytoin', 'info: Consider testing HLA-B*15:02 and CYP2C9 before phenytoin: no result on record'],
    ['allopurinol', 'info: Consider testing HLA-B*58:01 (at-risk ancestry) before allopurinol: no result on record'],
    ['capecitabine', 'warning: Test DPYD before capecitabine: no result on record'],
    ['fluorouracil', 'warning: Test DPYD before fluorouracil: no result on record'],
    ['azathioprine', 'info: Consider testing TPMT and NUDT15 before azathioprine: no result on record'],
    ['mercaptopurine', 'info: Consider testing TPMT and NUDT15 before mercaptopurine: no result on record'],
    ['clopidogrel', 'info: Consider testing CYP2C19 before clopidogrel: no result on record'],
    ['rasburicase', 'warning: Test G6PD (at higher risk of deficiency) before rasburicase: no result on record'],
    ['tafenoquine', 'warning: Test G6PD before tafenoquine: no result on record'],
    ['primaquine', 'warning: Test G6PD before primaquine: no result on record'],
    ['siponimod', 'warning: Test CYP2C9 before siponimod: no result on record'],
    ['eliglustat', 'warning: Test CYP2D6 before eliglustat: no result on record'],
    ['mavacamten', 'warning: Test CYP2C19 before mavacamten: no result on record'],
  ])('%s: one card', async (drug, words) => {
    expect(await cardsOf(aPatient().ordering(drug))).toEqual([words])
  })

  it('the dose decides where the source says so, and a dose that cannot be computed is asked about', async () => {
    const tablet = ['tetrabenazine 25 MG Oral Tablet', { dose: '25 mg' }] as const
    const low = aPatient().ordering(tablet[0], { ...tablet[1], times: 2 })
    const high = aPatient().ordering(tablet[0], { ...tablet[1], times: 3 })
    expect(await cardsOf(low)).toEqual([])
    expect(await cardsOf(high)).toEqual(['warning: Test CYP2D6 before tetrabenazine: no result on record'])
    expect(await cardsOf(aPatient().ordering(tablet[0]))).toEqual([
      'info: Consider testing CYP2D6 (above 50 mg/day) before tetrabenazine: no result on record',
    ])
  })

  it('creates requests that can be signed as they stand', async () => {
    const [card] = (
      await sign(aPatient().ordering('azathioprine 50 MG Oral Tablet', { also: { requester: { reference: 'Practitioner/d1' } } }))
    ).cards
    const [suggestion, ...more] = card?.suggestions ?? []
    expect(more).toEqual([])
    expect(suggestion).toMatchObject({ label: 'Order TPMT genotype and NUDT15 genotype', isRecommended: true })
    expect(suggestion?.actions.map((action) => ('resource' in action ? action.resource : null))).toEqual(
      ['TPMT genotype', 'NUDT15 genotype'].map((text) => ({
        resourceType: 'ServiceRequest',
        status: 'draft',
        intent: 'order',
        category: [{ coding: [{ system: 'http://snomed.info/sct', code: '108252007', display: 'Laboratory procedure' }] }],
        priority: 'routine',
        code: { text },
        subject: { reference: 'Patient/p1' },
        authoredOn: expect.any(String),
        requester: { reference: 'Practitioner/d1' },
        reasonCode: [{ text: 'Before the first dose of azathioprine' }],
        note: [{ text: expect.stringContaining('Result wanted before azathioprine is started') }],
      })),
    )
  })

  it('says each source, and whom it limits its request to; ancestry is never decided from the record', async () => {
    const answers = await Promise.all(
      [aPatient(), aPatient().ofRace('asian'), aPatient().ofRace('white')].map((one) => sign(one.ordering('carbamazepine'))),
    )
    expect(new Set(answers.map((answer) => summaries(answer).join()))).toHaveLength(1)
    const detail = answers[0]?.cards[0]?.detail
    expect(detail).toMatch(/FDA 2007.*CPIC 2018/s)
    expect(detail).toContain('Asked for only: patients with ancestry from populations in which HLA-B\\*15:02 occurs, chiefly in Asia.')
  })

  it('is not asked for cream', async () => {
    expect(await cardsOf(aPatient().ordering('fluorouracil 50 MG/ML Topical Cream'))).toEqual([])
  })
})

describe('No test is asked for', () => {
  it.each([
    ['a usable result exists', aPatient().withGenotype('CYP2C9', '*1/*1').ordering('siponimod'), 'CYP2C9'],
    ['a phenotype is known', aPatient().withPhenotype('CYP2D6', 'Normal metabolizer').ordering('eliglustat'), 'CYP2D6'],
    [
      'carbamazepine is taken for longer than three months',
      aPatient()
        .on('carbamazepine', { since: daysAgo(200) })
        .ordering('carbamazepine'),
      'HLA-B*15:02',
    ],
    [
      'allopurinol is taken for long',
      aPatient()
        .on('allopurinol', { since: daysAgo(400) })
        .ordering('allopurinol'),
      'HLA-B*58:01',
    ],
    [
      'abacavir is in use for long',
      aPatient()
        .on('abacavir', { since: daysAgo(400) })
        .ordering('abacavir'),
      'Test HLA-B*57:01',
    ],
  ])('when %s', async (_when, patient, test) => {
    expect(summaries(await sign(patient)).filter((summary) => summary.includes(test))).toEqual([])
  })

  it('when it is only to be considered and is ordered already, and that is said', async () => {
    const answer = await sign(
      aPatient()
        .with(request('sr-1', 'CYP2C19 genotyping', daysAgo(3)))
        .ordering('clopidogrel'),
    )
    expect(answer.cards).toEqual([])
    expect(answer.trace.silences.map(({ because }) => because).join()).toContain(`is ordered since ${daysAgo(3)} and has no result yet`)
  })

  it('when its result is pending: the card says so and suggests nothing', async () => {
    const pending = aPatient().withGenotype('CYP2C9', '*1/*1', { status: 'registered' }).ordering('siponimod')
    const answer = await sign(pending)
    expect(summaries(answer)).toEqual(['Not assessed: siponimod against CYP2C9, because a test is pending'])
    expect(answer.cards[0]?.suggestions ?? []).toEqual([])
  })
})

describe('A test that should come first and is ordered already', () => {
  it.each([
    ['abacavir', 'HLA-B*57:01', request('sr-1', 'HLA-B*5701 typing', daysAgo(3))],
    ['capecitabine', 'DPYD', request('sr-1', 'DPYD genotyping (fluoropyrimidine toxicity)', daysAgo(3))],
    [
      'capecitabine',
      'DPYD',
      request('sr-1', 'Lab 4711', daysAgo(3), { code: { coding: [{ system: 'http://loinc.org', code: '79719-1' }] } }),
    ],
  ])('%s waits for its result; the test is not ordered again', async (drug, test, order) => {
    const answer = await sign(aPatient().with(order).ordering(drug))
    expect(answer.cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)).toEqual([
      `info: ${test} test ordered ${daysAgo(3)}; wait for the result before ${drug}`,
    ])
    expect(answer.cards[0]?.suggestions ?? []).toEqual([])
    expect(answer.cards[0]?.detail).toMatch(/Wait for the result of .* before the first dose/)
  })

  it('beside the drug among the drafts is waited for too', async () => {
    const draft = request('sr-1', 'DPYD genotype', daysAgo(0), { status: 'draft' })
    expect(await cardsOf(aPatient().ordering('capecitabine').draft(draft))).toEqual([
      'info: DPYD test being ordered; wait for the result before capecitabine',
    ])
  })

  it('of two, the one that nobody has ordered is suggested alone', async () => {
    const answer = await sign(
      aPatient()
        .with(request('sr-1', 'HLA-B*15:02 typing', daysAgo(3)))
        .ordering('carbamazepine'),
    )
    expect(summaries(answer)).toEqual([
      `HLA-B*15:02 (at-risk ancestry) test ordered ${daysAgo(3)}; wait for the result before carbamazepine; consider testing HLA-A*31:01`,
    ])
    expect(answer.cards[0]?.suggestions?.map(({ label }) => label)).toEqual(['Order HLA-A*31:01 test'])
  })

  it('is silent once a usable result is there', async () => {
    const tested = aPatient()
      .with(request('sr-1', 'CYP2C9 genotype', daysAgo(3)))
      .withGenotype('CYP2C9', '*1/*1')
    expect(await cardsOf(tested.ordering('siponimod'))).toEqual([])
  })
})

describe('A test is asked for all the same', () => {
  it.each(['DPYD testing (brother)', 'DPYD genotype, family history', 'Genetic counselling for DPYD', 'Pharmacist consult: DPYD'])(
    'when the request is no test of the patient: %s',
    async (words) => {
      const answer = await sign(
        aPatient()
          .with(request('sr-1', words, daysAgo(3)))
          .ordering('capecitabine'),
      )
      expect(summaries(answer)).toEqual(['Test DPYD before capecitabine: no result on record'])
      expect(answer.cards[0]?.suggestions).toHaveLength(1)
    },
  )
})

describe('A test is asked for, though something like it stands in the record', () => {
  it.each([
    [
      'when carbamazepine was begun lately',
      aPatient()
        .on('carbamazepine', { since: daysAgo(40) })
        .ordering('carbamazepine'),
      /HLA-B\*15:02/,
    ],
    [
      'when abacavir was tolerated once, but is started again',
      aPatient().on('abacavir', { status: 'stopped', since: '2020-01-01', until: '2022-01-01' }).ordering('abacavir'),
      /HLA-B\*57:01/,
    ],
    ['when another allele was tested', aPatient().withTextResult('HLA-B*15:02', 'Negative').ordering('abacavir'), /HLA-B\*57:01/],
    [
      'when another test is ordered',
      aPatient()
        .with(request('sr-1', 'HLA-B*15:02 typing', daysAgo(3)))
        .ordering('abacavir'),
      /HLA-B\*57:01/,
    ],
    [
      'when the order is old and nothing came of it',
      aPatient()
        .with(request('sr-1', 'HLA-B*57:01 test', '2024-01-01'))
        .ordering('abacavir'),
      /HLA-B\*57:01/,
    ],
    [
      'when nobody knows how old the order is',
      aPatient()
        .with(request('sr-1', 'HLA-B*57:01 test', daysAgo(3), { authoredOn: undefined }))
        .ordering('abacavir'),
      /HLA-B\*57:01/,
    ],
    [
      'when the test is only proposed',
      aPatient()
        .with(request('sr-1', 'HLA-B*57:01 test', daysAgo(3), { intent: 'proposal' }))
        .ordering('abacavir'),
      /HLA-B\*57:01/,
    ],
    [
      'when the order was taken back',
      aPatient()
        .with(request('sr-1', 'HLA-B*57:01 test', daysAgo(3), { status: 'revoked' }))
        .ordering('abacavir'),
      /HLA-B\*57:01/,
    ],
    [
      'when only one of two genes is known',
      aPatient().withGenotype('TPMT', '*1/*1').ordering('azathioprine'),
      /^Consider testing NUDT15 before azathioprine/,
    ],
  ])('%s', async (_when, patient, words) => {
    expect(summaries(await sign(patient)).join()).toMatch(words)
  })

  it('when the normal result looked for few variants only', async () => {
    const narrow = {
      resourceType: 'Observation',
      id: 'dpyd',
      status: 'final',
      category: [{ coding: [{ code: 'laboratory' }] }],
      code: { coding: [{ system: 'http://loinc.org', code: '84413-4' }], text: 'Genotype display name' },
      subject: { reference: 'Patient/p1' },
      effectiveDateTime: '2024-03-05',
      valueCodeableConcept: { text: 'Reference/Reference' },
      note: [{ text: 'Only c.1905+1G>A was tested.' }],
      component: [
        {
          code: { coding: [{ system: 'http://loinc.org', code: '48018-6' }] },
          valueCodeableConcept: { coding: [{ system: 'http://www.genenames.org', code: 'HGNC:3012', display: 'DPYD' }] },
        },
      ],
    }
    const answer = await sign(aPatient().with(narrow).ordering('capecitabine'))
    expect(summaries(answer)).toEqual(['Test DPYD before capecitabine: the normal result on record looked for few variants only'])
    expect(answer.cards[0]?.detail).toContain('c.1905+1G&gt;A')
  })
})

describe('Earlier orders of the test', () => {
  const untested = aPatient().ordering('abacavir')
  const said = /Earlier orders of this test could not be looked up, so it may be ordered already/

  it('are asked for by every service that looks at medicines, as a search of their own', () => {
    const services = sandbox.services.filter(({ hook }) => hook !== 'encounter-discharge')
    expect(services.map(({ prefetch }) => prefetch.requests)).toEqual(
      services.map(() => 'ServiceRequest?patient={{context.patientId}}&_count=100'),
    )
  })

  it('that were not sent leave the card as it is, and it says so', async () => {
    const [whole, without] = await Promise.all([sign(untested), askAbout(sandbox, 'order-sign', untested, ['requests', 'pregnancy'])])
    const seen = ({ cards }: typeof whole) => cards.map(({ indicator, summary, suggestions }) => [indicator, summary, suggestions?.length])
    expect(seen(without)).toEqual(seen(whole))
    expect(seen(without)).toEqual([['warning', 'Test HLA-B*57:01 before abacavir: no result on record', 1]])
    expect(whole.cards[0]?.detail).not.toMatch(said)
    expect(without.cards[0]?.detail).toMatch(said)
  })

  it('that were read in part leave the card as it is, and it says so', async () => {
    const part = {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: [],
      link: [{ relation: 'next', url: 'https://ehr.example/fhir?page=2' }],
    }
    const answer = await askAbout(sandbox, 'order-sign', untested, [], { requests: part, pregnancy: part })
    expect(summaries(answer)).toEqual(['Test HLA-B*57:01 before abacavir: no result on record'])
    expect(answer.cards[0]?.detail).toMatch(/Not all earlier orders of this test could be looked up, so it may be ordered already/)
  })

  it('that were not sent change nothing where a result is there, or nothing is to be tested', async () => {
    for (const patient of [aPatient().withGenotype('CYP2C19', '*2/*2').ordering('clopidogrel'), aPatient().ordering('amoxicillin')]) {
      const [whole, without] = await Promise.all([sign(patient), askAbout(sandbox, 'order-sign', patient, ['requests', 'pregnancy'])])
      expect(without.cards.map(({ summary, indicator }) => [summary, indicator])).toEqual(
        whole.cards.map(({ summary, indicator }) => [summary, indicator]),
      )
    }
  })

  it('are read from the FHIR server: once the test is ordered, its result is waited for', async () => {
    const story = sandbox.stories.find(({ id }) => id === 'capecitabine-untested')
    if (!story) throw new Error('there is no such story')
    const ask = () => sandbox.ask('order-sign', story, { draftOrders: draftOf(story) }, { prefetch: false })
    expect(summaries(await ask())).toEqual(['Test DPYD before capecitabine: no result on record'])
    const order = request('sr-13', 'DPYD genotype', daysAgo(1), { id: undefined, subject: { reference: `Patient/${story.patient}` } })
    expect(await sandbox.writeFhir('ServiceRequest', order)).toBe(201)
    const answer = await ask()
    expect(summaries(answer)).toEqual([`DPYD test ordered ${daysAgo(1)}; wait for the result before capecitabine`])
    expect(answer.cards[0]?.suggestions ?? []).toEqual([])
  })
})

describe('How long a drug was taken', () => {
  const monthly = (months: number, pause: number) =>
    Array.from({ length: months }).reduce<PatientBuilder>((patient, _, index) => {
      const end = 400 - index * (30 + pause)
      return patient.on('oxcarbazepine', { status: 'completed', since: daysAgo(end), until: daysAgo(end - 30) })
    }, aPatient())

  it('prescriptions that follow one another are one use', async () => {
    expect(await cardsOf(monthly(6, 2).ordering('oxcarbazepine'))).toEqual([])
  })

  it('with long pauses they are not', async () => {
    expect((await cardsOf(monthly(6, 30).ordering('oxcarbazepine'))).join()).toContain('HLA-B*15:02')
  })

  it('a recorded reaction is no tolerance', async () => {
    const reacted = aPatient()
      .on('oxcarbazepine', { since: daysAgo(400) })
      .allergicTo('oxcarbazepine', { reaction: 'rash' })
    expect((await cardsOf(reacted.ordering('oxcarbazepine'))).join()).toContain('HLA-B*15:02')
  })
})
