import { randomUUID } from 'node:crypto'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { card, decision, feedbackOn, refusedEstimate } from './decisions.ts'

const estimated: RiskEstimate = {
  state: 'estimated',
  model: { id: 'bleeding', version: '1.0.0', name: 'Bleeding', sha256: 'e'.repeat(64), citation: 'c' },
  title: 'Bleeding',
  variant: 'year',
  value: 12.5,
  unit: '%',
  inputs: [],
} as unknown as RiskEstimate // the ledger keeps of an estimate only what stands here

/** Writes one or more of everything that the ledger keeps as evidence. @returns the ids of its decisions */
export const writeEveryKind = async (ledger: Ledger): Promise<readonly string[]> => {
  const shown = [card(), card()]
  const traces = shown.map(({ uuid }) => ({
    card: uuid,
    concern: 'guidance' as const,
    order: null,
    drug: null,
    findings: [],
    facts: [],
    rows: [],
    concerns: [{ key: 'k', facts: randomUUID() }],
  }))
  const rich = decision({ cards: shown, traces: traces as never }) // the parts of a trace that the ledger looks at
  const plain = decision({ outcome: 'not-assessed' })
  await ledger.record(rich, [estimated, refusedEstimate], [], [], Buffer.from('what it was made of'))
  await ledger.record(plain)
  await ledger.feedback(shown.map(({ uuid }) => feedbackOn(uuid)))
  const subject = { tenant: 'north', patientKey: 'a'.repeat(64) }
  await ledger.reviews.add(subject, 'mark', { flag: 'f' }, { note: 'told in confidence' })
  await ledger.reviews.add(subject, 'mark', { flag: 'g' }, null)
  await ledger.models.shadow({ id: rich.id, at: rich.at, tenant: rich.tenant, service: rich.service }, [estimated], [])
  await ledger.models.turn({
    at: '2026-06-02T09:00:00.000Z',
    model: 'bleeding',
    tenant: null,
    use: 'off',
    by: 'somebody',
    because: 'of reasons',
  })
  const operator = { at: '2026-06-02T09:00:00.000Z', by: 'somebody' }
  await ledger.practice.turn({ ...operator, kind: 'rule', subject: 'r', tenant: null, use: 'off', because: 'of reasons' })
  await ledger.practice.orderRules({ ...operator, folder: null })
  await ledger.models.outcomes({ tenant: 'north', client: 'ehr' }, [
    { decision: rich.id, model: 'bleeding', outcome: 1, date: '2026-06-05' } as never, // as the door reads it
  ])
  return [rich.id, plain.id]
}
