import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import type { DecisionRecord } from '../../src/contract/decision.ts'
import type { Assessment, DrugAssessment } from '../../src/contract/findings.ts'
import type { PanelWords, ProfileEvent } from '../../src/contract/profile.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { openDatabase } from '../../src/ledger/database.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'
import { draftOf, type HookAnswer, post, type Story, startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
const dataDir = mkdtempSync(join(tmpdir(), 'attune-card-and-panel-'))
beforeAll(async () => {
  sandbox = await startSandbox({ ATTUNE_DATA_DIR: dataDir })
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const { stories } = loadPatients()

type Panel = {
  readonly assessment: Assessment
  readonly words: PanelWords
  readonly estimates: readonly RiskEstimate[]
  readonly decision: string
}

const eventOf = <Name extends ProfileEvent['event']>(events: readonly ProfileEvent[], name: Name) =>
  events.find((event): event is Extract<ProfileEvent, { event: Name }> => event.event === name)

/** The app's own door, with a token of its own and what the card's link hands over. */
const openApp = async (
  story: Story,
  context: { readonly drug?: object; readonly order?: string; readonly draft?: object },
): Promise<Panel> => {
  const token = (await (await post(`${sandbox.base}/sandbox/hook-token`, { patient: story.patient })).json()) as { access_token: string }
  const response = await fetch(`${sandbox.base}/api/profile`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ fhirServer: `${sandbox.base}/fhir`, patient: story.patient, ...context }),
  })
  const events = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ProfileEvent)
  const assessed = eventOf(events, 'assessment')
  const estimates = eventOf(events, 'estimates')?.estimates
  const decision = eventOf(events, 'done')?.decision
  if (!assessed || !estimates || decision === undefined)
    throw new Error(`no assessment for ${story.title}: ${JSON.stringify(events.at(-1))}`)
  return { assessment: assessed.assessment, words: assessed.words, estimates, decision }
}

const contextOf = (cards: readonly Card[], { order }: Story) => {
  const link = cards.flatMap(({ links = [] }) => links).find(({ type }) => type === 'smart')
  const { drug, order: ref, draft } = JSON.parse(link?.appContext ?? '{}') as { drug?: object; order?: string; draft?: object }
  return {
    drug: drug ?? { rxcui: order.rxcui, text: order.display },
    order: ref ?? 'MedicationRequest/draft-1',
    ...(draft ? { draft } : {}),
  }
}

/** One card's head in the words of the card: headline, reason, indicator. */
const isOnCard = ({ summary, indicator }: Card, head: PanelWords['heads'][number]): boolean =>
  indicator === head.indicator && summary.toLowerCase().startsWith(head.headline.toLowerCase().slice(0, 60))

const decisionOf = async (id: string): Promise<DecisionRecord> =>
  (await (await fetch(`${sandbox.base}/api/decisions/${id}`)).json()) as DecisionRecord

const ofOrder = ({ assessment }: Panel): DrugAssessment[] => assessment.orders.flatMap(({ drugs }) => drugs)

/** How a card words the verdict on an alternative (`cards/alternatives.ts`). */
const VERDICT_WORDS = {
  fits: 'fits this patient as far as checked',
  caution: 'possible with caution',
  unfit: 'not for this patient',
  unknown: 'could not be checked',
} as const

/** As a card's Markdown writes it. */
const onCard = (text: string): string => text.replace(/[\\*_]/g, '')

/** Traces name a conflict as something that was not assessed. */
const concernOnCard = ({ concern }: PanelWords['heads'][number]): string => (concern === 'conflict' ? 'not-assessed' : concern)

type Told = { readonly card: Card; readonly why: HookAnswer['trace']['traces'][number] }

const withoutAlternatives = (drugs: readonly DrugAssessment[], detail: string): string[] =>
  drugs.flatMap(({ alternatives }) =>
    alternatives.flatMap(({ drug, verdict }) =>
      new RegExp(`^- ${drug.name}[^\\n]*?: ${VERDICT_WORDS[verdict]}`, 'm').test(detail)
        ? []
        : [`${drug.name}: the card does not say ${verdict}`],
    ),
  )

/** Everything in which cards and panels differ about these drugs, in words; none is the law. */
const differences = ({ cards, trace }: HookAnswer, { words }: Panel, drugs: readonly DrugAssessment[]): string[] => {
  const told: Told[] = trace.traces.flatMap((why, at) => (cards[at] ? [{ why, card: cards[at] }] : []))
  const own = told.filter(({ why }) => ['guidance', 'not-assessed', 'test-first'].includes(why.concern))
  const ids = new Set(drugs.flatMap(({ findings }) => findings.map(({ id }) => id)))
  const heads = words.heads.filter(({ ref }) => drugs.some((drug) => drug.ref === ref))
  const pairs = (head: (typeof heads)[number], { card, why }: Told): boolean => concernOnCard(head) === why.concern && isOnCard(card, head)
  const blind = drugs.filter(({ state }) => state === 'not-assessed').flatMap(({ gaps }) => gaps)
  const detail = onCard(own.map(({ card }) => card.detail ?? '').join('\n'))
  return [
    ...told.flatMap(({ why }) => why.findings.filter((id) => !ids.has(id)).map((id) => `finding ${id} is on the card alone`)),
    ...own.flatMap((one) =>
      heads.some((head) => pairs(head, one)) ? [] : [`card "${one.card.summary}" (${one.card.indicator}) has no such head`],
    ),
    ...heads.flatMap((head) => (own.some((one) => pairs(head, one)) ? [] : [`head "${head.headline}" (${head.indicator}) has no card`])),
    ...(own.some(({ why }) => why.concern === 'guidance') ? withoutAlternatives(drugs, detail) : []),
    ...blind.filter(({ because }) => !detail.includes(onCard(because))).map(({ because }) => `not on the card: ${because}`),
  ]
}

/** What the record lists, as a card about the list of medicines names it. */
const listDifferences = ({ trace }: HookAnswer, { assessment }: Panel): string[] => {
  const ids = new Set(assessment.medicines.flatMap(({ findings }) => findings.map(({ id }) => id)))
  return trace.traces.flatMap(({ findings }) => findings.filter((id) => !ids.has(id)).map((id) => `finding ${id} is on the card alone`))
}

/** Decisions of hook and app about one story, for the ledger's own comparison. */
const decided: { readonly story: string; readonly hook: string; readonly app: string }[] = []

it('the panel opened from a card assesses the dose and the reason of the order that the card was about', async () => {
  const story = stories.find(({ patient }) => patient === 'p08')
  if (!story) throw new Error('no story of a statin')
  const { cards } = await sandbox.ask('order-sign', story, { draftOrders: draftOf(story) })
  const [entry] = (await openApp(story, contextOf(cards, story))).assessment.orders
  const { dose, timesPerDay } = { dose: story.order.dose.value, timesPerDay: story.order.frequency }
  expect(entry?.order.dose.text).toBe(story.order.text)
  expect([entry?.order.dose.timesPerDay, (entry?.order.dose.mgPerDose ?? 0) > 0, dose > 0]).toEqual([timesPerDay, true, true])
  expect(entry?.order.reasons.flatMap(({ codings }) => codings.map(({ code }) => code))).toEqual([story.order.reason.code])
  const held = entry?.drugs.flatMap(({ findings }) => findings.flatMap(({ actions }) => actions.map(({ atHand }) => atHand?.state)))
  expect(held).toContain('over')
})

describe('Card and panel of every synthetic patient', () => {
  it('are compared for all of them', () => {
    expect(stories.length).toBeGreaterThanOrEqual(19)
  })

  it.each(stories.map((story) => [story.title, story] as const))('say the same about the order: %s', async (_title, story) => {
    const answer = await sandbox.ask('order-sign', story, { draftOrders: draftOf(story) })
    const panel = await openApp(story, contextOf(answer.cards, story))
    expect(differences(answer, panel, ofOrder(panel))).toEqual([])
    decided.push({ story: story.title, hook: answer.trace.decision, app: panel.decision })
  })

  it.each(stories.map((story) => [story.title, story] as const))('say the same about the medicines: %s', async (_title, story) => {
    const answer = await sandbox.ask('patient-view', story, {})
    const panel = await openApp(story, {})
    expect(listDifferences(answer, panel)).toEqual([])
  })

  it('are both recorded, for the same patient, with the same versions of rules and models', async () => {
    for (const { story, hook, app } of decided) {
      const [card, panel] = await Promise.all([decisionOf(hook), decisionOf(app)])
      expect([panel.patientKey, panel.versions, panel.hook], story).toEqual([card.patientKey, card.versions, 'profile'])
    }
  })

  it('show the same estimates: same model and hash, same inputs, same number', async () => {
    await sandbox.stop()
    const { db, close } = await openDatabase({ dataDir, databaseUrl: null })
    const of = async (decision: string) =>
      (await db.selectFrom('prediction').selectAll().where('decision', '=', decision).where('mode', '=', 'shown').execute()).map(
        ({ model, sha256, state, variant, value, inputs }) => JSON.stringify({ model, sha256, state, variant, value, inputs }),
      )
    let compared = 0
    for (const { story, hook, app } of decided) {
      const panel = new Set(await of(app))
      const card = await of(hook)
      compared += card.length
      expect(
        card.filter((one) => !panel.has(one)),
        story,
      ).toEqual([])
    }
    expect(compared).toBeGreaterThan(0)
    await close()
  })
})
