import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { explain } from '../../src/cli/explain.ts'
import type { Explained } from '../../src/contract/explained.ts'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { type Answer, openHospital, requestOf } from './alert-door.ts'

let hospital: Awaited<ReturnType<typeof openHospital>>
beforeAll(async () => {
  hospital = await openHospital(embeddedPlace)
})
afterAll(() => hospital?.close())

const silences = ({ trace }: Answer): string[] => trace.silences.map(({ about, code }) => `${about}: ${code}`)
const outcomesOf = ({ rows }: Explained): string[] => [...new Set(rows.map(({ outcome }) => outcome))].sort()

/** What an integrator reads about each drug: what became of it, and which rows applied. */
const told = ({ trace }: Answer): string[] =>
  trace.considered.map(
    ({ drug, text, fate, rows }) =>
      `${drug ?? text}: ${fate.shown === 'silent' ? fate.code : fate.shown}, ${rows.filter(({ outcome }) => outcome === 'fired').length} of ${rows.length > 0 ? 'some' : 'no'} rows`,
  )

describe('Every silence is explained', () => {
  it('opening a chart without medicines', async () => {
    const answer = await hospital.ask(aPatient('none'), { hook: 'patient-view' })
    expect(answer.cards).toEqual([])
    expect(silences(answer)).toEqual([
      'medicines: no-medicine',
      'Hereditary breast and ovarian cancer: not-this-situation',
      'Estimated breast cancer risk: not-computed',
    ])
  })

  it('an order hook without an order for a medicine', async () => {
    const answer = await hospital.ask(aPatient('tea').draft({ resourceType: 'ServiceRequest', id: 's1', status: 'draft', intent: 'order' }))
    expect(silences(answer)).toEqual(['orders: no-order'])
  })

  it('a drug that no table knows, a drug without guidance, and a usual result', async () => {
    const patient = aPatient('calm')
      .withGenotype('CYP2D6', '*1/*1')
      .ordering('moon dust')
      .ordering('prasugrel 10 MG')
      .ordering('codeine 30 MG')
    const answer = await hospital.ask(patient)
    expect(answer.cards).toEqual([])
    expect(told(answer)).toEqual([
      'moon dust: unmapped, 0 of no rows',
      'prasugrel: no-guidance, 0 of no rows',
      expect.stringMatching(/^codeine: no-change, [1-9]\d* of some rows$/),
    ])
  })

  it('a tandem of alleles that no table values: the card and each row say so, and the parts are not added up', async () => {
    const answer = await hospital.ask(aPatient('tandem').withGenotype('CYP2D6', '*36+*10/*1').ordering('codeine 30 MG'))
    const because = 'the table has no value for the reported tandem of alleles, and its parts are not added up'
    expect(answer.cards.map(({ summary }) => summary)).toEqual([`Not assessed: codeine against CYP2D6, because ${because}`])
    const unusable = answer.trace.considered[0]?.rows.filter(({ outcome }) => outcome === 'not-usable') ?? []
    expect(unusable.length).toBeGreaterThan(3)
    for (const row of unusable) expect(row.because).toContain(because)
  })

  it('a pair that CPIC lists and the rules hold no row of CPIC for', async () => {
    const answer = await hospital.ask(
      aPatient('pairs')
        .withGenotype('CYP4F2', '*1/*3')
        .ordering('warfarin')
        .ordering('irinotecan')
        .ordering('siponimod')
        .ordering('codeine'),
    )
    const pairs = answer.trace.considered.flatMap(({ rows }) => rows.filter(({ kind }) => kind === 'pair'))
    expect(pairs.map(({ outcome, strength, because }) => [outcome, strength, because])).toEqual(
      ['CYP4F2 with warfarin', 'UGT1A1 with irinotecan', 'CYP2C9 with siponimod'].map((pair) => [
        'listed-only',
        'level A',
        `CPIC lists ${pair} (level A), and the rules hold no recommendation of CPIC for it`,
      ]),
    )
  })

  it('an order that is not among the selections', async () => {
    const drafts = aPatient('chosen').withGenotype('CYP2D6', '*4/*4').ordering('metoprolol 50 MG').ordering('codeine 30 MG')
    const request = requestOf(drafts, { hook: 'order-select' })
    const answer = await hospital.ask(drafts, {
      hook: 'order-select',
      members: { context: { ...request.context, selections: ['MedicationRequest/order-2'] } },
    })
    expect(answer.trace.traces.map(({ drug }) => drug)).toEqual(['codeine'])
    expect(silences(answer)).toEqual(['metoprolol 50 MG: not-selected'])
    expect(told(answer)[0]).toMatch(/^metoprolol: not-selected, [1-9]\d* of some rows$/)
  })

  it('what the site has switched off', async () => {
    await hospital.restart({ alertPolicy: { testFirst: false, notAssessed: false } })
    const answer = await hospital.ask(aPatient('off').ordering('abacavir 300 MG'))
    expect(answer.cards).toEqual([])
    expect(answer.trace.silences.map(({ because }) => because)).toEqual(['alertPolicy.testFirst is off at this site'])
    await hospital.restart({})
  })

  it('a record that was not sent and cannot be read: the question says why', async () => {
    const answer = await hospital.ask(aPatient('unread').ordering('metoprolol 50 MG'), { without: ['genotypes', 'labs', 'reports'] })
    const unread = answer.trace.questions.filter(({ state }) => state === 'not-asked')
    expect(unread.map(({ key }) => key)).toEqual(['genotypes', 'labs', 'reports'])
    for (const { because } of unread) expect(because).toMatch(/FHIR server/)
    const [explained] = answer.trace.considered
    expect(explained && outcomesOf(explained)).toContain('not-tested')
  })
})

describe('A result that may stand in what was not read', () => {
  it.each([[['genotypes']], [['labs']], [['genotypes', 'labs']]])('is never called missing: without %s', async (without) => {
    const answer = await hospital.ask(aPatient('hidden').ordering('abacavir 300 MG'), { without })
    expect(answer.cards.map(({ summary }) => summary)).toEqual([expect.stringMatching(/^Not assessed: abacavir against HLA-B, because /)])
  })
})

describe('Every rule row that was looked at', () => {
  it('stands in the trace with source, year and reason', async () => {
    const { trace } = await hospital.ask(aPatient('rows').withGenotype('CYP2C19', '*2/*2').ordering('citalopram 20 MG'))
    const [citalopram] = trace.considered
    expect(citalopram?.rows.find(({ row }) => row === 'cpic/citalopram/2')).toEqual({
      row: 'cpic/citalopram/2',
      kind: 'guidance',
      source: 'CPIC',
      year: 2023,
      genes: ['CYP2C19'],
      strength: 'Strong',
      outcome: 'fired',
      because: 'applies for CYP2C19 PM: another drug',
    })
    expect(citalopram?.rows.find(({ row }) => row === 'cpic/citalopram/3')?.because).toBe(
      'CYP2C19 is *2/*2 (PM); the row is for CYP2C19 NM',
    )
  })

  it('is told to nobody who has not asked by configuration', async () => {
    const answer = await hospital.ask(aPatient('plain').ordering('abacavir 300 MG'), { tenant: 'plain' })
    expect(answer.cards).toHaveLength(1)
    expect(answer.trace).toBeUndefined()
  })
})

describe('attune explain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-explain-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const run = async (request: object, values: Record<string, string | boolean> = {}): Promise<string> => {
    const path = join(folder, 'request.json')
    writeFileSync(path, JSON.stringify(request))
    const written: string[] = []
    const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
    try {
      expect(await explain.run({ positionals: [path], values })).toBe(0)
    } finally {
      out.mockRestore()
    }
    return written.join('')
  }

  const poor = (): PatientBuilder => aPatient('cli').withGenotype('CYP2D6', '*4/*4').ordering('metoprolol 50 MG')

  it('says in plain lines what became of the order, and why each row did or did not apply', async () => {
    const text = await run(requestOf(poor()))
    expect(text).toContain('card: [warning] Start metoprolol at the lowest recommended dose: CYP2D6 poor metabolizer')
    expect(text).toMatch(/ {4}\+ dpwg\/metoprolol\/\d+ · DPWG/)
    expect(text).toMatch(/ {4}- \S+\/metoprolol\/\d+ · .*\n {8}no-match: CYP2D6 is \*4\/\*4 \(.*PM.*\); the row is for CYP2D6 /)
    expect(text).toMatch(/concern [0-9a-f]{32}, facts [0-9a-f]{32}/)
  })

  it('says what was not read, and what no known drug is', async () => {
    const { prefetch: _, ...bare } = requestOf(aPatient('cli').ordering('moon dust'))
    const text = await run(bare)
    expect(text).toMatch(/labs: not-asked from none, 0 resources\. /)
    expect(text).toContain('order MedicationRequest/order-1, moon dust: no known drug')
    expect(text).toMatch(/no card: .+ \(unmapped\)/)
  })

  it('gives programs the same as JSON', async () => {
    const printed = JSON.parse(await run(requestOf(poor()), { json: true }))
    expect(printed.considered[0]).toMatchObject({ drug: 'metoprolol', fate: { shown: 'card', card: printed.cards[0].uuid } })
    expect(printed.traces[0].concerns).toHaveLength(1)
  })

  it('with the ledger it knows what the user overrode', async () => {
    await hospital.override(poor())
    const request = requestOf(poor())
    await hospital.stopped(async (environment) => {
      const before = { ...process.env }
      Object.assign(process.env, environment)
      try {
        expect(await run(request, { ledger: true })).toMatch(
          /no card: overridden on .* by the same user \(Will monitor closely\); facts unchanged/,
        )
        expect(await run(request)).toContain('card: [warning] Start metoprolol')
      } finally {
        process.env = before
      }
    })
  })
})
