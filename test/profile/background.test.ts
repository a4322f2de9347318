import { describe, expect, it } from 'vitest'
import { gapEffects } from '../../cds-services/profile/gap-effects.ts'
import type { SeenAdvice } from '../../src/contract/background.ts'
import type { DecisionRecord } from '../../src/contract/decision.ts'
import type { FhirResource, Medicine, PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment } from '../../src/contract/findings.ts'
import type { GeneReading } from '../../src/contract/genes.ts'
import { recentChanges } from '../../src/facts/changes.ts'
import { indexResources } from '../../src/facts/resource-index.ts'
import { type BackgroundKit, putTogether } from '../../src/look-back.ts'
import { assessment, facts } from '../smart-app/sample-profile.ts'

const NOW = '2026-11-21T10:00:00Z'

const medicine = (ref: string, name: string, more: Partial<Medicine>): Medicine => ({
  ref,
  drug: { text: name, codings: [], ingredients: [{ name, rxcui: null }], how: 'text', flags: [] },
  dose: { mgPerDay: null, mgPerDose: null, timesPerDay: null, prn: false, text: null, route: null, flags: [] },
  state: 'active',
  start: null,
  end: null,
  lineage: { resource: ref },
  ...more,
})

const daily = (mgPerDay: number): Medicine['dose'] => ({
  mgPerDay,
  mgPerDose: mgPerDay,
  timesPerDay: 1,
  prn: false,
  text: `${mgPerDay} mg once a day`,
  route: null,
  flags: [],
})

const of = (medicines: readonly Medicine[]): PatientFacts => ({ ...facts, now: NOW, medicines, readings: [] })
const told = (medicines: readonly Medicine[]) =>
  recentChanges(of(medicines)).changes.map(({ kind, what, from, to }) => [kind, what, from, to])

describe('what changed by the dates of the record', () => {
  it('a medicine that begins within ninety days is new, one that began before is not', () => {
    expect(told([medicine('M/1', 'a', { start: '2026-11-01' }), medicine('M/2', 'b', { start: '2026-08-01' })])).toEqual([
      ['started', 'a', undefined, undefined],
    ])
  })

  it('an entry after one of the same substance is another dose, not a new medicine', () => {
    const before = medicine('M/1', 'a', { state: 'stopped', start: '2020-01-01', end: '2026-11-01', dose: daily(20) })
    expect(told([before, medicine('M/2', 'a', { start: '2026-11-02', dose: daily(80) })])).toEqual([
      ['dose', 'a', '20 mg/day', '80 mg/day'],
    ])
    expect(told([before, medicine('M/2', 'a', { start: '2026-11-02', dose: daily(20) })])).toEqual([])
    expect(told([before, medicine('M/2', 'a', { start: '2026-11-02' })])).toEqual([['renewed', 'a', undefined, undefined]])
  })

  it('a medicine that ended is stopped only where the same substance is not taken on', () => {
    const ended = medicine('M/1', 'a', { state: 'stopped', start: '2020-01-01', end: '2026-11-01' })
    expect(told([ended])).toEqual([['stopped', 'a', undefined, undefined]])
    expect(told([ended, medicine('M/2', 'a', { start: '2020-01-01' })])).toEqual([])
    expect(told([{ ...ended, neverTaken: true }])).toEqual([])
  })

  it('a gene is told once a day with its diplotype, and the positions read for it are counted', () => {
    const [sample] = facts.readings
    if (!sample) throw new Error('no reading')
    const result = (gene: string, diplotype: string | null, term: string | null, resource: string): GeneReading => ({
      ...sample,
      gene,
      genotype: { diplotype, activityScore: null, phenotype: term === null ? null : { code: term, term }, keys: [] },
      reported: {},
      lineage: { resource, date: '2026-11-01' },
    })
    const readings = [
      result('CYP2C19', null, null, 'O/1'),
      result('CYP2C19', '*1/*2', 'Intermediate Metabolizer', 'O/2'),
      result('CYP2C19', null, null, 'O/3'),
      result('CYP2C19', null, 'Intermediate Metabolizer', 'O/4'),
      result('TPMT', '*1/*1', 'Normal Metabolizer', 'O/5'),
      result('TPMT', '*1/*3A', 'Intermediate Metabolizer', 'O/6'),
      result('HLA-B', null, null, 'O/7'),
    ]
    const { changes } = recentChanges({ ...of([]), readings })
    expect(changes.map(({ what, to, positions }) => [what, to, positions])).toEqual([
      ['CYP2C19', '*1/*2, Intermediate Metabolizer', 2],
      ['HLA-B', undefined, 1],
      ['TPMT', '*1/*1, Normal Metabolizer', undefined],
      ['TPMT', '*1/*3A, Intermediate Metabolizer', undefined],
    ])
  })

  it('what has no date is counted and never told as a change', () => {
    const found = recentChanges(of([medicine('M/1', 'a', {}), medicine('M/2', 'b', { start: 'soon' })]))
    expect(found).toEqual({ changes: [], undated: 1 })
  })
})

describe('resources that came', () => {
  const resource = (type: string, id: string, more: object = {}): FhirResource => ({ resourceType: type, id, ...more })

  it('stand once, with every question that brought them and what rests on them, trouble first', () => {
    const shared = resource('Observation', 'x', { meta: { versionId: '3', lastUpdated: '2026-11-20T00:00:00Z' } })
    const { resources, unlisted } = indexResources(
      [
        { question: { key: 'labs' }, resources: [shared, resource('Observation', 'bad')] },
        { question: { key: 'genotypes' }, resources: [shared] },
        { question: { key: 'other' }, resources: [resource('Practitioner', 'p')] },
      ],
      { ...of([]), gaps: [{ about: 'labs', code: 'withdrawn', because: 'Entered in error.', resource: 'Observation/bad' }] },
      new Map([['Observation/x', new Set(['clopidogrel'])]]),
    )
    expect(unlisted).toBe(0)
    expect(resources).toEqual([
      { ref: 'Observation/bad', keys: ['labs'], state: 'withdrawn', for: [], because: ['Entered in error.'] },
      {
        ref: 'Observation/x',
        keys: ['labs', 'genotypes'],
        version: '3',
        lastUpdated: '2026-11-20T00:00:00Z',
        state: 'used',
        for: ['clopidogrel'],
        because: [],
      },
      { ref: 'Practitioner/p', keys: ['other'], state: 'unread', for: [], because: [] },
    ])
  })

  it('hold no words of the record, whatever it says', () => {
    const secret = resource('Condition', 'c', { code: { text: 'SECRET' }, note: [{ text: 'SECRET' }], subject: { display: 'SECRET' } })
    const index = indexResources([{ question: { key: 'conditions' }, resources: [secret] }], of([]), new Map())
    expect(JSON.stringify(index)).not.toContain('SECRET')
  })

  it('more than a person looks through are counted, and what is in trouble stays on the list', () => {
    const many = Array.from({ length: 10_500 }, (_, at) => resource('Observation', `o${at}`))
    const gaps = [{ about: 'labs', code: 'unreadable', because: 'No value.', resource: 'Observation/o10499' } as const]
    const { resources, unlisted } = indexResources([{ question: { key: 'labs' }, resources: many }], { ...of([]), gaps }, new Map())
    expect([resources.length, unlisted, resources[0]?.ref]).toEqual([10_000, 500, 'Observation/o10499'])
  })
})

describe('what a gap does', () => {
  const effects = gapEffects(facts, assessment)

  it('each gap of the record and of every drug is there, once', () => {
    const gaps = [...facts.gaps, ...assessment.medicines.flatMap(({ gaps: own }) => own)]
    for (const { about, because } of gaps)
      expect([about, effects.filter((one) => one.about === about && one.because === because).length]).toEqual([about, 1])
  })

  it('a gap of a drug names that drug; what touches most stands first', () => {
    for (const drug of assessment.medicines)
      for (const gap of drug.gaps)
        expect(effects.find((one) => one.about === gap.about && one.because === gap.because)?.drugs).toContain(drug.drug.name)
    const seriousness = effects.map(
      ({ code, drugs, genes, models }) =>
        ((Number(code !== 'no-guidance') * 1000 + drugs.length) * 1000 + genes.length) * 1000 + models.length,
    )
    expect(seriousness).toEqual([...seriousness].sort((a, b) => b - a))
  })

  it('gaps of one cause are one row that names them all; others stand alone', () => {
    const gap = (about: string, because: string, code: 'stale' | 'not-found' = 'stale') => ({ about, code, because })
    const gaps = [
      gap('Heart rate', 'The latest heart rate is of 2026-11-16, older than 1 day.'),
      gap('Temperature', 'The latest temperature is of 2026-11-16, older than 1 day.'),
      gap('Weight', 'The latest weight is of 2026-11-10, older than 1 day.'),
      gap('Length of stay', 'Length of stay: no stay is at hand.', 'not-found'),
      gap('Urgent admission', 'Urgent admission: no stay is at hand.', 'not-found'),
      gap('one file', 'could not be read'),
      gap('another file', 'could not be read'),
    ]
    const none: Assessment = { ...assessment, orders: [], medicines: [], geneCalls: [], general: [] }
    expect(gapEffects({ ...facts, gaps, readings: [] }, none).map(({ about, because }) => [about, because])).toEqual([
      ['Heart rate, Temperature', 'The latest of each is of 2026-11-16, older than 1 day.'],
      ['Weight', 'The latest weight is of 2026-11-10, older than 1 day.'],
      ['Length of stay, Urgent admission', 'no stay is at hand.'],
      ['one file', 'could not be read'],
      ['another file', 'could not be read'],
    ])
  })

  it('a medicine list that was not read weakens every drug with guidance', () => {
    const unread = { about: 'medicines', code: 'timeout', because: 'no answer in time' } as const
    const found = gapEffects({ ...facts, gaps: [unread] }, assessment).find(({ because }) => because === unread.because)
    const withGuidance = [...assessment.orders.flatMap(({ drugs }) => drugs), ...assessment.medicines].filter(
      ({ genes }) => genes.length > 0,
    )
    expect([...(found?.drugs ?? [])].sort()).toEqual([...new Set(withGuidance.map(({ drug }) => drug.name))].sort())
  })
})

describe('the look before this one', () => {
  const seen = (drug: string, state: string): SeenAdvice => ({ drug, consequence: state === 'directed' ? 'standard' : 'avoid', state })
  const decision = (advice: readonly SeenAdvice[], rules = '1'): DecisionRecord => ({
    id: 'd',
    at: NOW,
    tenant: 't',
    client: 'c',
    service: 'smart-app',
    hook: 'profile',
    hookInstance: 'h',
    requestDigest: '',
    patientKey: 'key',
    userKey: null,
    versions: { attune: '1', rules, models: {} },
    outcome: 'assessed',
    questions: [],
    facts: [],
    cards: [],
    traces: [],
    silences: [],
    gaps: [],
    seen: advice,
    ms: 1,
  })
  const asked: string[][] = []
  const kitWith = (lastSeen: BackgroundKit['ledger']['lastSeen']): BackgroundKit => ({
    ledger: { lastSeen },
    explain: () => ({ gaps: [], considered: [], silences: [], models: [] }),
    restingOn: () => [],
    reportFault: () => {},
  })
  const lookAt = async (kit: BackgroundKit) =>
    (await putTogether([], of([]), assessment, decision([seen('a', 'change-drug'), seen('b', 'directed')]), kit))?.changes.lastLook

  it('is of an earlier sitting at the same patient of the same tenant, and tells only what differs', async () => {
    const kit = kitWith(async (...question) => {
      asked.push(question)
      return decision([seen('a', 'directed'), seen('b', 'directed'), seen('c', 'directed')], '0')
    })
    expect(await lookAt(kit)).toEqual({
      state: 'compared',
      at: NOW,
      decision: 'd',
      rules: { earlier: '0', now: '1' },
      drugs: [
        { drug: 'a', earlier: seen('a', 'directed'), now: seen('a', 'change-drug') },
        { drug: 'c', earlier: seen('c', 'directed'), now: null },
      ],
    })
    expect(asked).toEqual([['t', 'key', '2026-11-21T09:00:00.000Z']])
  })

  it('none, an unreachable ledger and a slow one are told apart from "nothing changed"', async () => {
    expect(await lookAt(kitWith(async () => null))).toEqual({ state: 'none' })
    expect(await lookAt(kitWith(() => Promise.reject(new Error('away'))))).toEqual({ state: 'unknown' })
    expect(await lookAt(kitWith(() => new Promise(() => {})))).toEqual({ state: 'unknown' })
  })

  it('a fault here costs the background, never the answer', async () => {
    const faults: unknown[] = []
    const kit = {
      ...kitWith(async () => null),
      explain: () => {
        throw new Error('a fault of ours')
      },
      reportFault: (fault: unknown) => void faults.push(fault),
    }
    expect(await putTogether([], of([]), assessment, decision([]), kit)).toBeNull()
    expect(faults).toHaveLength(1)
  })
})
