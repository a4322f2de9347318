import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf } from '../../tools/fuzz/hostile-values.ts'
import { CHANGES, changed, placesOf, tell } from '../../tools/fuzz/mutations.ts'
import { draftOf, startSandbox } from '../service/running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox({ LOG_LEVEL: 'silent' })
})
afterAll(() => sandbox.stop())

/** Calls of the first stories, with the whole record of each patient sent along. */
const calls = async (hook: string, patients = 8) =>
  Promise.all(
    sandbox.stories.slice(0, patients).map(async (story) => ({
      hook,
      hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
      context: {
        userId: 'Practitioner/u',
        patientId: story.patient,
        draftOrders: draftOf(story),
        selections: ['MedicationRequest/draft-1'],
      },
      prefetch: await sandbox.prefetchFor(`pgx-${hook}`, story.patient),
    })),
  )

const send = async (hook: string, text: string) => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${sandbox.base}/cds-services/pgx-${hook}`, { method: 'POST', headers, body: text })
  return { status: answer.status, text: await answer.text() }
}

const RUNS = Number(process.env.ATTUNE_MUTATIONS ?? '40')

test.each(['order-select', 'order-sign', 'patient-view'])(
  'however a real %s call is damaged, the services neither fail nor answer anything but 200, 400, 412 or 413',
  async (hook) => {
    const bodies = (await calls(hook)).map((body) => ({ body, places: placesOf(body) }))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...bodies), CHANGES, async ({ body, places }, changes) => {
        const { status, text } = await send(hook, textOf(changed(body, places, changes)))
        expect([[200, 400, 412, 413].includes(status), tell(places, changes)]).toEqual([true, expect.anything()])
        expect(text).not.toMatch(/Attune failed|"code":"fault"|\n +at |node_modules/)
      }),
      { numRuns: RUNS },
    )
  },
  300_000,
)

type Call = Awaited<ReturnType<typeof calls>>[number]
type Resource = Record<string, unknown> & { readonly id: string; readonly resourceType: string }
type Bundle = { readonly entry?: readonly { readonly resource: Resource }[] }

/** Cards as a prescriber reads them: without the ids that each answer makes anew, and those of the chart. */
const cardsOf = async (text: string) => {
  const answer = await send('order-sign', text)
  const { cards } = JSON.parse(answer.text) as { cards: { summary: string; indicator: string; detail?: string; source: unknown }[] }
  const withoutIds = (detail = '') => detail.replaceAll(/\b([A-Z][A-Za-z]+)\/[\w.\-\\]+/g, '$1')
  return cards.map(({ summary, indicator, detail, source }) => ({ summary, indicator, detail: withoutIds(detail), source }))
}

const withEntries = (call: Call, change: (entry: NonNullable<Bundle['entry']>) => NonNullable<Bundle['entry']>): Call => ({
  ...call,
  prefetch: Object.fromEntries(
    Object.entries(call.prefetch).map(([key, value]) => {
      const { entry } = (value ?? {}) as Bundle
      return [key, entry === undefined ? value : { ...(value as object), entry: change(entry) }]
    }),
  ),
})

/** Other ids for all that is in the chart but the patient, and in what refers to it. */
const renamed = (call: Call): Call => {
  const names = new Map<string, string>()
  withEntries(call, (entry) => {
    for (const { resource } of entry) {
      const name = `${resource.resourceType}/${resource.id}`
      if (!names.has(name)) names.set(name, `r${names.size}`)
    }
    return entry
  })
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename)
    if (typeof value !== 'object' || value === null) return value
    const { resourceType, id, reference } = value as Partial<Resource> & { reference?: unknown }
    const copy = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rename(member)]))
    const own = names.get(`${resourceType}/${id}`)
    const other = names.get(String(reference))
    return { ...copy, ...(own && { id: own }), ...(other && { reference: `${String(reference).split('/')[0]}/${other}` }) }
  }
  return { ...call, prefetch: rename(call.prefetch) as Call['prefetch'] }
}

/** The drug of the draft as a Medication of its own: in the order itself, or beside it in the chart. */
const drugApart = (call: Call, where: 'contained' | 'in the chart'): Call => {
  const [{ resource }] = call.context.draftOrders.entry as unknown as [{ resource: Resource }]
  const { medicationCodeableConcept: code, ...rest } = resource
  const medication = { resourceType: 'Medication', id: 'drug-apart', code }
  const inside = where === 'contained'
  const order = {
    ...rest,
    medicationReference: { reference: inside ? '#drug-apart' : 'Medication/drug-apart' },
    ...(inside && { contained: [medication] }),
  }
  const draftOrders = { ...call.context.draftOrders, entry: [{ resource: order }, ...(inside ? [] : [{ resource: medication }])] }
  return { ...call, context: { ...call.context, draftOrders: draftOrders as never } }
}

const LAWS: Readonly<Record<string, (call: Call) => string>> = {
  'the order of the resources': (call) => JSON.stringify(withEntries(call, (entry) => [...entry].reverse())),
  'resources that come twice': (call) => JSON.stringify(withEntries(call, (entry) => [...entry, ...entry])),
  'the order of the prefetch keys': (call) =>
    JSON.stringify({ ...call, prefetch: Object.fromEntries(Object.entries(call.prefetch).reverse()) }),
  'white space': (call) => JSON.stringify(call, null, '\t  '),
  'escapes in place of characters': (call) =>
    JSON.stringify(call).replaceAll(/[\u0080-\uffff]|[<>&']/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'the ids of the resources': (call) => JSON.stringify(renamed(call)),
  'a resource of another kind beside them': (call) =>
    JSON.stringify(withEntries(call, (entry) => [{ resource: { resourceType: 'Basic', id: 'x', code: { text: 'y' } } }, ...entry])),
  'a drug that is contained in its order': (call) => JSON.stringify(drugApart(call, 'contained')),
  'a drug that its order refers to': (call) => JSON.stringify(drugApart(call, 'in the chart')),
}

/** Each sandbox patient's call, and its cards. */
let plain: { readonly call: Call; readonly cards: Awaited<ReturnType<typeof cardsOf>> }[]
beforeAll(async () => {
  plain = []
  for (const call of await calls('order-sign', 100)) plain.push({ call, cards: await cardsOf(JSON.stringify(call)) })
}, 600_000)

test.each(Object.entries(LAWS))(
  'the cards of every sandbox patient do not depend on %s',
  async (_name, changedBy) => {
    for (const { call, cards } of plain)
      expect([call.context.patientId, await cardsOf(changedBy(call))]).toEqual([call.context.patientId, cards])
  },
  120_000,
)
