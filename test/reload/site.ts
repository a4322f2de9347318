import { expect, vi } from 'vitest'
import type { Card, CardTrace, Silence } from '../../src/contract/cards.ts'
import type { DecisionRecord } from '../../src/contract/decision.ts'
import type { Question } from '../../src/contract/facts.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type Running, serve } from '../../src/main.ts'
import { leaveRequest, type Request } from '../../src/reload/inbox.ts'
import type { Place } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { startEhr } from '../production/fake-ehr.ts'
import { chart, orderSign, prefetch } from '../production/patient.ts'

type Trace = {
  readonly decision: string
  readonly versions: DecisionRecord['versions']
  readonly silences: readonly Silence[]
  readonly traces: readonly CardTrace[]
  readonly questions: readonly Question[]
}
export type Answer = { readonly status: number; readonly cards: readonly Card[]; readonly trace: Trace }
type Health = { readonly ok: boolean; readonly degraded?: boolean; readonly detail: string }
type Ready = { readonly status: string; readonly parts: Readonly<Record<string, Health>> }

/**
 * Leaves something for a running server. What it has taken is in force a moment later, at the end of its look: by then it takes what was
 * left next, here a file that says nothing.
 */
export const untilInForce = async (leave: (one: object) => () => boolean, one: object): Promise<void> => {
  for (const each of [one, {}]) {
    const isTaken = leave(each)
    await vi.waitFor(() => expect(isTaken()).toBe(true), { timeout: 120_000, interval: 100 })
  }
}

/** A hospital and a clinic on one server; the patient is a poor metabolizer for whom clopidogrel is ordered. */
export const openSite = async (place: Place, file: object = {}) => {
  const ehr = await startEhr(chart)
  const own = hospital(ehr, { features: ['trace'] }, file)
  const [first] = own.clients
  const site = makeSite({ ...own, clients: [first, { ...first, id: 'clinic', tenant: 'clinic' }] })
  const database = place.config.databaseUrl === null ? {} : { DATABASE_URL: place.config.databaseUrl }
  const environment = { ...site.environment, ATTUNE_DATA_DIR: place.config.dataDir, ...database }
  let running: Running = await serve(environment)
  const ask = async (tenant = 'hospital', service = 'pgx-order-sign', url = running.url): Promise<Answer> => {
    const path = `/cds-services/${service}`
    const token = ehr.sign(url + path, 'ES384', { tenant })
    const answer = await caller(url, ehr)(path, { body: orderSign({ prefetch: prefetch() }), token })
    const { cards, extension } = answer.json()
    return { status: answer.status, cards, trace: extension?.['org.attune.trace'] }
  }
  const get = async (path: string): Promise<string> => (await fetch(`${running.url}${path}`)).text()
  return {
    ehr,
    environment,
    get running() {
      return running
    },
    ask,
    get,
    ready: async (): Promise<Ready> => JSON.parse(await get('/readyz')),
    /** As the command line does beside a running server; resolves once what was asked for is in force. */
    request: (request: Request): Promise<void> => untilInForce((one) => leaveRequest(place.config.dataDir, one as Request), request),
    /** Ends the server and reads what the ledger keeps of answers. */
    records: async (...answers: readonly [tenant: string, decision: string][]): Promise<(DecisionRecord | null)[]> => {
      await running.stop()
      const ledger = await openLedger(place.config)
      const found = await Promise.all(answers.map(([tenant, id]) => ledger.decision(id, tenant)))
      await ledger.close()
      return found
    },
    stop: () => running.stop(),
    start: async () => {
      running = await serve(environment)
    },
    close: async () => {
      await running.stop().catch(() => {}) // ended by the test
      await ehr.stop()
      site.clear()
    },
  }
}

export const summaries = ({ cards }: Pick<Answer, 'cards'>): string[] => cards.map(({ summary }) => summary)
