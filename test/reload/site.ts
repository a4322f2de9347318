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
    /** As the command line does beside a running server; resolves once it has taken the request. */
    request: async (request: Request): Promise<void> => {
      const isTaken = leaveRequest(place.config.dataDir, request)
      for (let waited = 0; !isTaken(); waited += 100) {
        if (waited > 120_000) throw new Error('the server did not take the request')
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
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
