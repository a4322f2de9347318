/**
 * Sends every medicine of every chart in a folder as an order-sign call over HTTP, with a genotype panel added to each chart,
 * and counts what comes back: `node dist/tools/bench/sweep-charts.js FOLDER`. Charts are FHIR R4 Bundles.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CardTrace, Silence } from '../../src/contract/cards.ts'
import type { Gap } from '../../src/contract/lineage.ts'
import { serve } from '../../src/main.ts'

type Resource = { readonly resourceType: string; readonly id?: string; readonly [member: string]: unknown }
type Answer = {
  readonly cards: readonly { readonly indicator: string; readonly summary: string }[]
  readonly extension: Readonly<
    Record<
      string,
      {
        readonly outcome: string
        readonly traces: readonly CardTrace[]
        readonly silences: readonly Silence[]
        readonly gaps: readonly Gap[]
      }
    >
  >
}

/** A panel that makes guidance speak: reduced function wherever the common drugs of general practice care. */
const PANEL: readonly (readonly [string, string, string])[] = [
  ['HGNC:2621', 'CYP2C19', '*2/*2'],
  ['HGNC:2625', 'CYP2D6', '*4/*4'],
  ['HGNC:10959', 'SLCO1B1', '*5/*5'],
  ['HGNC:2623', 'CYP2C9', '*1/*3'],
  ['HGNC:23663', 'VKORC1', 'rs9923231 C/T'],
]

const genotype = (patient: string, [hgnc, gene, diplotype]: readonly [string, string, string]): Resource => ({
  resourceType: 'Observation',
  id: `genotype-${gene.toLowerCase()}`,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '84413-4' }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: '2026-01-15',
  valueCodeableConcept: { text: diplotype },
  component: [
    {
      code: { coding: [{ system: 'http://loinc.org', code: '48018-6' }] },
      valueCodeableConcept: { coding: [{ system: 'http://www.genenames.org', code: hgnc, display: gene }] },
    },
  ],
})

const bundle = (resources: readonly Resource[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})

/** The chart under the services' own prefetch keys, by resource type. */
const prefetchOf = (resources: readonly Resource[], patient: string, templates: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(templates).map(([key, template]) => {
      const type = template.split(/[?/]/)[0]
      const own = resources.filter(({ resourceType }) => resourceType === type)
      if (type === 'Patient') return [key, own[0]]
      if (key === 'genotypes') return [key, bundle(PANEL.map((row) => genotype(patient, row)))]
      return [key, bundle(own)]
    }),
  )

const folder = process.argv[2]
if (!folder) {
  process.stderr.write('Name a folder of FHIR R4 Bundles.\n')
  process.exit(2)
}
const dataDir = mkdtempSync(join(tmpdir(), 'attune-sweep-'))
const running = await serve({ PORT: '0', ATTUNE_DATA_DIR: dataDir, LOG_LEVEL: 'error' })
const { services } = (await (await fetch(`${running.url}/cds-services`)).json()) as {
  services: readonly { id: string; prefetch: Record<string, string> }[]
}
const templates = services.find(({ id }) => id === 'pgx-order-sign')?.prefetch ?? {}

const counts = new Map<string, number>()
const count = (what: string, by = 1): void => void counts.set(what, (counts.get(what) ?? 0) + by)
const summaries = new Map<string, number>()

for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()) {
  const chart = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { entry: readonly { resource: Resource }[] }
  const resources = chart.entry.map(({ resource }) => resource)
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient')?.id
  if (!patient) continue
  count('charts')
  const prefetch = prefetchOf(resources, patient, templates)
  for (const medicine of resources.filter(({ resourceType }) => resourceType === 'MedicationRequest')) {
    const draft = { ...medicine, id: `draft-${medicine.id}`.slice(0, 64), status: 'draft', subject: { reference: `Patient/${patient}` } }
    const body = {
      hook: 'order-sign',
      hookInstance: crypto.randomUUID(),
      context: { userId: 'Practitioner/sweep', patientId: patient, draftOrders: bundle([draft]) },
      prefetch,
    }
    const response = await fetch(`${running.url}/cds-services/pgx-order-sign`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    count('orders')
    count(`status ${response.status}`)
    if (response.status !== 200) continue
    const { cards, extension } = (await response.json()) as Answer
    const trace = extension['org.attune.trace']
    count('cards', cards.length)
    for (const card of cards) {
      count(`cards ${card.indicator}`)
      summaries.set(card.summary, (summaries.get(card.summary) ?? 0) + 1)
    }
    for (const one of trace?.traces ?? []) count(`cards about ${one.concern}`)
    if (cards.length === 0) count('orders answered with silence')
    for (const silence of trace?.silences ?? []) count(`silences ${silence.code}`)
    count(`outcome ${trace?.outcome}`)
    count('notes (gaps)', trace?.gaps.length ?? 0)
  }
}
await running.stop()
rmSync(dataDir, { recursive: true, force: true })
for (const [what, number] of [...counts].sort(([a], [b]) => a.localeCompare(b)))
  process.stdout.write(`${String(number).padStart(6)}  ${what}\n`)
process.stdout.write('\n')
for (const [summary, number] of [...summaries].sort(([, a], [, b]) => b - a))
  process.stdout.write(`${String(number).padStart(6)}  ${summary}\n`)
