import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { type Answer, concernOf, ENGINES, openHospital, summaries } from './alert-door.ts'

type Hospital = Awaited<ReturnType<typeof openHospital>>

const METOPROLOL = ['warning: Start metoprolol at the lowest recommended dose: CYP2D6 poor metabolizer']

const poorMetabolizer = (id: string): PatientBuilder => aPatient(id).withGenotype('CYP2D6', '*4/*4')
const onMetoprolol = (id: string): PatientBuilder => poorMetabolizer(id).ordering('metoprolol 50 MG')

const codesOf = ({ trace }: Answer): string[] => trace.silences.map(({ code }) => code)

for (const [engine, makePlace, missing] of ENGINES)
  describe.skipIf(missing !== null)(`What a user overrode, with the ledger on ${engine}`, () => {
    let hospital: Hospital
    beforeAll(async () => {
      hospital = await openHospital(makePlace)
    })
    afterAll(() => hospital?.close())

    it('is not repeated to the same user for the same patient, and the silence says when, why and until when', async () => {
      const shown = await hospital.override(onMetoprolol('same'))
      expect(summaries(shown)).toEqual(METOPROLOL)
      const again = await hospital.ask(onMetoprolol('same'))
      expect(again.cards).toEqual([])
      expect(again.trace.silences).toEqual([
        {
          about: 'metoprolol',
          code: 'overridden',
          because: expect.stringMatching(
            /^overridden on \d{4}-\d\d-\d\d at \d\d:\d\d UTC by the same user \(Will monitor closely\); facts unchanged; shown again after \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
          ),
          order: 'MedicationRequest/order-1',
        },
      ])
      expect(again.trace.considered[0]?.fate).toMatchObject({ shown: 'silent', code: 'overridden' })
      expect(again.trace.considered[0]?.rows.filter(({ outcome }) => outcome === 'fired').length).toBeGreaterThan(0)
    })

    it('at selection counts at signing, though the order has got another id', async () => {
      await hospital.override(onMetoprolol('moments'), { hook: 'order-select' })
      const signing = await hospital.ask(poorMetabolizer('moments').ordering('metoprolol 50 MG', { id: 'signed-7' }))
      expect(codesOf(signing)).toEqual(['overridden'])
    })

    it('is told to another user', async () => {
      await hospital.override(onMetoprolol('users'))
      expect(summaries(await hospital.ask(onMetoprolol('users'), { user: 'Practitioner/two' }))).toEqual(METOPROLOL)
    })

    it('is told for another patient', async () => {
      await hospital.override(onMetoprolol('one'))
      expect(summaries(await hospital.ask(onMetoprolol('another')))).toEqual(METOPROLOL)
    })

    it('is told in another tenant', async () => {
      await hospital.override(onMetoprolol('tenants'))
      expect(summaries(await hospital.ask(onMetoprolol('tenants'), { tenant: 'clinic' }))).toEqual(METOPROLOL)
    })

    it('feedback of another tenant on the card does not count', async () => {
      const shown = await hospital.ask(onMetoprolol('stranger'))
      await hospital.feedback(shown.cards, {}, 'clinic')
      expect(summaries(await hospital.ask(onMetoprolol('stranger')))).toEqual(METOPROLOL)
    })

    it('accepted feedback is no override', async () => {
      const shown = await hospital.ask(onMetoprolol('accepted'))
      await hospital.feedback(shown.cards, { outcome: 'accepted', acceptedSuggestions: [{ id: 'x' }], overrideReason: undefined })
      expect(summaries(await hospital.ask(onMetoprolol('accepted')))).toEqual(METOPROLOL)
    })

    it('an override without a reason counts as well; the reason is then not told', async () => {
      const shown = await hospital.ask(onMetoprolol('bare'))
      await hospital.feedback(shown.cards, { overrideReason: undefined })
      const { cards, trace } = await hospital.ask(onMetoprolol('bare'))
      expect(cards).toEqual([])
      expect(trace.silences[0]?.because).toMatch(/by the same user; facts unchanged/)
    })

    it("a comment and a foreign reason's words are never repeated", async () => {
      const shown = await hospital.ask(onMetoprolol('comment'))
      const reason = { code: 'x-1', system: 'urn:site', display: 'Mrs Zephyrhills said so' }
      await hospital.feedback(shown.cards, { overrideReason: { reason, userComment: 'her daughter Ottoline phoned' } })
      const answer = await hospital.ask(onMetoprolol('comment'))
      expect(answer.cards).toEqual([])
      expect(JSON.stringify(answer)).not.toMatch(/Zephyrhills|Ottoline/)
    })

    it('who accepts after overriding has taken the override back', async () => {
      const shown = await hospital.override(onMetoprolol('back'))
      await hospital.feedback(shown.cards, {
        outcome: 'accepted',
        acceptedSuggestions: [{ id: 'x' }],
        overrideReason: undefined,
        outcomeTimestamp: new Date(Date.now() + 1000).toISOString(),
      })
      expect(summaries(await hospital.ask(onMetoprolol('back')))).toEqual(METOPROLOL)
    })

    it('is told again when its time has passed', async () => {
      const shown = await hospital.ask(onMetoprolol('yesterday'))
      await hospital.feedback(shown.cards, { outcomeTimestamp: new Date(Date.now() - 25 * 3_600_000).toISOString() })
      expect(summaries(await hospital.ask(onMetoprolol('yesterday')))).toEqual(METOPROLOL)
    })

    it('is told again when a newer result says the same: a new result is a new fact', async () => {
      await hospital.override(aPatient('result').withGenotype('CYP2D6', '*4/*4', { id: 'lab-1' }).ordering('metoprolol 50 MG'))
      const newer = aPatient('result')
        .withGenotype('CYP2D6', '*4/*4', { id: 'lab-1' })
        .withGenotype('CYP2D6', '*4/*4', { id: 'lab-2', date: '2026-10-01' })
      expect(summaries(await hospital.ask(newer.ordering('metoprolol 50 MG')))).toEqual(METOPROLOL)
    })

    it('is told again when an inhibitor has changed the phenotype', async () => {
      const patient = () => aPatient('inhibitor').withGenotype('CYP2D6', '*1/*4')
      const before = await hospital.override(patient().ordering('amitriptyline 25 MG'))
      expect(summaries(before)).toHaveLength(1)
      expect((await hospital.ask(patient().ordering('amitriptyline 25 MG'))).cards).toEqual([])
      const after = await hospital.ask(patient().on('paroxetine 20 MG').ordering('amitriptyline 25 MG'))
      expect(summaries(after)).toHaveLength(1)
      expect(summaries(after)).not.toEqual(summaries(before))
    })

    it('is told again when advice about the dose was answered for another dose', async () => {
      const ordering = (mg: number) =>
        aPatient('raised')
          .withGenotype('DPYD', '*1/*2A')
          .ordering('capecitabine 500 MG Oral Tablet', { dose: `${mg} mg`, times: 2 })
      const half = await hospital.override(ordering(500))
      expect(summaries(half)).toEqual(['warning: Start capecitabine at 50% of the usual dose: DPYD intermediate metabolizer'])
      expect(codesOf(await hospital.ask(ordering(500)))).toEqual(['overridden'])
      expect(summaries(await hospital.ask(ordering(2000)))).toEqual(summaries(half))
    })

    it('is told again when the drug to be avoided is ordered at another dose, and not at the same', async () => {
      const ordering = (mg: number, times: number, id?: string) =>
        poorMetabolizer('avoided').ordering('codeine sulfate 30 MG Oral Tablet', {
          dose: `${mg} mg`,
          times,
          ...(id === undefined ? {} : { id }),
        })
      const first = await hospital.override(ordering(30, 1), { hook: 'order-select' })
      expect(summaries(first)).toEqual([expect.stringMatching(/^warning: (Avoid|Choose another drug than) codeine/)])
      expect(codesOf(await hospital.ask(ordering(30, 1, 'signed-8')))).toEqual(['overridden', 'below-threshold'])
      expect(summaries(await hospital.ask(ordering(60, 4)))).toEqual(summaries(first))
      expect(summaries(await hospital.ask(ordering(300, 4)))).toEqual(
        summaries(first).map((words) => `${words}; offer naloxone (180 MME/day)`),
      )
    })

    it('is told again when the dose has changed what the finding says, and when a dose over the limit has grown', async () => {
      const ordering = (mg: number) => poorMetabolizer('dose').ordering('pimozide 1 MG', { dose: `${mg} mg`, times: 1 })
      expect(summaries(await hospital.override(ordering(6)))).toEqual([
        'warning: Keep pimozide at 4 mg/day or less: CYP2D6 poor metabolizer',
      ])
      expect((await hospital.ask(ordering(6))).cards).toEqual([])
      expect((await hospital.ask(ordering(8))).cards).toHaveLength(1)
    })

    it('what is critical is told again, every time', async () => {
      const patient = () => aPatient('critical').withPhenotype('HLA-B', '*57:01 positive').ordering('abacavir 300 MG')
      const first = await hospital.override(patient())
      expect(first.cards.map(({ indicator }) => indicator)).toEqual(['critical'])
      expect(summaries(await hospital.ask(patient()))).toEqual(summaries(first))
    })

    it('a test that was declined is not asked for again', async () => {
      const patient = () => aPatient('test').ordering('abacavir 300 MG')
      expect(summaries(await hospital.override(patient()))).toEqual(['warning: Test HLA-B*57:01 before abacavir: no result on record'])
      expect(codesOf(await hospital.ask(patient()))).toEqual(['overridden'])
    })

    it('on opening the chart only what was not overridden is said', async () => {
      const opening = (more: (patient: PatientBuilder) => PatientBuilder = (same) => same) =>
        hospital.ask(more(poorMetabolizer('opening').withGenotype('CYP2C19', '*2/*2').on('metoprolol 50 MG')), { hook: 'patient-view' })
      const first = await opening()
      expect(summaries(first)).toEqual([
        'warning: Check whether metoprolol was started at the lowest recommended dose: CYP2D6 poor metabolizer',
      ])
      await hospital.feedback(first.cards)
      const ofTheChart = ['not-this-situation', 'not-computed']
      expect(codesOf(await opening())).toEqual(['overridden', ...ofTheChart])
      const second = await opening((patient) => patient.on('citalopram 20 MG'))
      expect(summaries(second)).toEqual(['warning: Choose another drug than citalopram: CYP2C19 poor metabolizer'])
      expect(codesOf(second)).toEqual(['overridden', ...ofTheChart])
    })

    it('an override at opening is none at ordering: the order is another decision', async () => {
      await hospital.override(poorMetabolizer('renewal').on('metoprolol 50 MG'), { hook: 'patient-view' })
      expect(summaries(await hospital.ask(onMetoprolol('renewal')))).toEqual(METOPROLOL)
    })

    it('is known after a restart, and told again where the site always repeats', async () => {
      await hospital.override(onMetoprolol('restart'))
      await hospital.restart({})
      expect(codesOf(await hospital.ask(onMetoprolol('restart')))).toEqual(['overridden'])
      await hospital.restart({ alertPolicy: { repeatAfterHours: 0 } })
      expect(summaries(await hospital.ask(onMetoprolol('restart')))).toEqual(METOPROLOL)
      await hospital.restart({})
    })

    it('is told again when the rules have changed the row it rests on, and not when they have changed another', async () => {
      const rulesDir = mkdtempSync(join(tmpdir(), 'attune-rules-'))
      cpSync(join(projectRoot, 'rules'), rulesDir, { recursive: true })
      const publish = (drug: string): void => {
        const path = join(rulesDir, 'guidance', `${drug}.json`)
        writeFileSync(path, readFileSync(path, 'utf8').replace(/"year": ?\d{4}/g, '"year": 2026'))
      }
      try {
        await hospital.override(onMetoprolol('rules'))
        publish('citalopram')
        await hospital.restart({ rulesDir })
        expect(codesOf(await hospital.ask(onMetoprolol('rules')))).toEqual(['overridden'])
        publish('metoprolol')
        await hospital.restart({ rulesDir })
        expect(summaries(await hospital.ask(onMetoprolol('rules')))).toEqual(METOPROLOL)
      } finally {
        await hospital.restart({})
        rmSync(rulesDir, { recursive: true, force: true })
      }
    })

    it('is known to every call of many at once', async () => {
      await hospital.override(onMetoprolol('parallel'))
      const answers = await Promise.all(Array.from({ length: 12 }, () => hospital.ask(onMetoprolol('parallel'))))
      expect(answers.map(codesOf)).toEqual(answers.map(() => ['overridden']))
    })

    if (engine === 'PostgreSQL')
      it('when the ledger cannot be asked, every card is shown', async () => {
        await hospital.override(onMetoprolol('away'))
        await hospital.place.sql?.('alter table concern rename to concern_away')
        expect(summaries(await hospital.ask(onMetoprolol('away')))).toEqual(METOPROLOL)
        await hospital.place.sql?.('alter table concern_away rename to concern')
      })
  })

describe('The name of a concern', () => {
  let hospital: Hospital
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace)
  })
  afterAll(() => hospital?.close())

  it('is the same at every call, while cards and suggestions have fresh uuids', async () => {
    const patient = () => aPatient('name').ordering('citalopram 20 MG').ordering('abacavir 300 MG').withGenotype('CYP2C19', '*2/*2')
    const selecting = await hospital.ask(patient(), { hook: 'order-select' })
    const signing = await hospital.ask(patient())
    expect(concernOf(signing.cards[0])).toEqual(concernOf(selecting.cards[0]))
    expect(signing.trace.traces[0]?.concerns).toEqual([
      { ...concernOf(signing.cards[0]), order: 'MedicationRequest/order-1', drug: 'citalopram' },
    ])
    const uuids = [selecting, signing].flatMap(({ cards }) =>
      cards.flatMap((card) => [card.uuid, ...(card.suggestions ?? []).map(({ uuid }) => uuid)]),
    )
    expect(new Set(uuids).size).toBe(uuids.length)
    expect(uuids.length).toBeGreaterThan(2)
  })

  it('is shared by all patients, users and tenants, and by two orders of the drug; the facts are the own of each patient', async () => {
    const two = await hospital.ask(onMetoprolol('name-1').ordering('metoprolol 100 MG'))
    expect(two.cards.map(({ summary }) => summary)).toHaveLength(2)
    const [one, other] = two.cards.map(concernOf)
    expect(one).toEqual(other)
    const elsewhere = concernOf((await hospital.ask(onMetoprolol('name-2'), { tenant: 'clinic' })).cards[0])
    expect(elsewhere.key).toBe(one?.key)
    expect(elsewhere.facts).not.toBe(one?.facts)
  })

  it('names nothing of the patient: the key is the same whatever the result, the facts differ', async () => {
    const poor = concernOf((await hospital.ask(onMetoprolol('result'))).cards[0])
    const ultrarapid = await hospital.ask(aPatient('result').withGenotype('CYP2D6', '*1/*2x3').ordering('metoprolol 50 MG'))
    const other = concernOf(ultrarapid.cards[0])
    expect(other.key).toBe(poor.key)
    expect(other.facts).not.toBe(poor.facts)
  })
})

describe('One card for each order and concern', () => {
  let hospital: Hospital
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace, { alertPolicy: { maxCards: 3 } })
  })
  afterAll(() => hospital?.close())

  it('several sources and genes stand on one card', async () => {
    const patient = aPatient('merge').withGenotype('CYP2D6', '*4/*4').withGenotype('CYP2C19', '*2/*2').ordering('amitriptyline 25 MG')
    const { cards, trace } = await hospital.ask(patient)
    expect(cards).toHaveLength(1)
    expect(new Set(trace.traces[0]?.rows.map((row) => row.split('/')[0]))).toEqual(new Set(['cpic', 'dpwg', 'fda', 'moments']))
  })

  it('a product of two drugs has a card for each drug that there is something to say about', async () => {
    const patient = aPatient('product').withGenotype('CYP2D6', '*4/*4').ordering('aspirin 325 MG / codeine 30 MG Oral Capsule')
    const { trace } = await hospital.ask(patient)
    expect(trace.traces.map(({ drug }) => drug)).toEqual(['codeine'])
    expect(trace.considered.map(({ drug }) => drug).sort()).toEqual(['aspirin', 'codeine'])
  })

  it('more than the limit: the most serious and what a boxed warning says are shown, the rest is one card that names the drugs and says where to see all', async () => {
    const patient = aPatient('many')
      .withGenotype('CYP2D6', '*4/*4')
      .withGenotype('CYP2C19', '*2/*2')
      .withPhenotype('HLA-B', '*57:01 positive')
      .ordering('metoprolol 50 MG')
      .ordering('citalopram 20 MG')
      .ordering('metoprolol 100 MG')
      .ordering('abacavir 300 MG')
      .ordering('clopidogrel 75 MG')
    const answer = await hospital.ask(patient)
    expect(summaries(answer)).toEqual([
      'critical: Avoid abacavir (DPWG and FDA: contraindicated; FDA boxed warning): HLA-B*57:01 positive',
      ...METOPROLOL,
      'warning: Choose another drug than clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer',
      'warning: 2 more to read: citalopram and metoprolol',
    ])
    const summary = answer.cards[3]
    expect(summary?.detail).toContain('- Choose another drug than citalopram: CYP2C19 poor metabolizer')
    expect(summary?.detail).toContain('select or sign these orders in smaller groups')
    expect(summary?.overrideReasons).toBeUndefined()
    expect(answer.trace.considered.map(({ drug, fate }) => [drug, fate.shown])).toEqual([
      ['metoprolol', 'card'],
      ['citalopram', 'summarised'],
      ['metoprolol', 'summarised'],
      ['abacavir', 'card'],
      ['clopidogrel', 'card'],
    ])
  })

  it('an override of the summary card is none of what it sums up', async () => {
    const patient = () =>
      ['citalopram', 'metoprolol', 'clopidogrel', 'pimozide'].reduce(
        (one, drug) => one.ordering(`${drug} 20 MG`),
        aPatient('summed').withGenotype('CYP2D6', '*4/*4').withGenotype('CYP2C19', '*2/*2'),
      )
    const first = await hospital.ask(patient())
    await hospital.feedback(first.cards.slice(-1))
    expect(summaries(await hospital.ask(patient()))).toEqual(summaries(first))
  })

  it('critical cards are never cut away, however many there are', async () => {
    const patient = Array.from({ length: 5 }).reduce<PatientBuilder>(
      (one) => one.ordering('abacavir 300 MG'),
      aPatient('grave').withPhenotype('HLA-B', '*57:01 positive').withGenotype('CYP2D6', '*4/*4').ordering('metoprolol 50 MG'),
    )
    expect((await hospital.ask(patient)).cards.map(({ indicator }) => indicator)).toEqual([...Array(5).fill('critical'), 'warning'])
  })

  it('a thousand orders give as many cards as the site allows, each order still accounted for', async () => {
    const patient = Array.from({ length: 1000 }).reduce<PatientBuilder>(
      (one, _, at) => one.ordering('metoprolol 50 MG', { id: `o-${at}` }),
      poorMetabolizer('flood'),
    )
    const { cards, trace } = await hospital.ask(patient)
    expect(cards).toHaveLength(3)
    expect(cards[2]?.summary).toBe('998 more to read: metoprolol')
    expect(cards[2]?.detail).toContain('(998 orders)')
    expect(new Set(trace.traces.flatMap(({ concerns }) => concerns.map(({ order }) => order))).size).toBe(1000)
  }, 600_000)
})
