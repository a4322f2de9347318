import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import { isUnseen } from '../contract/decision.ts'
import { VERSION } from '../engine.ts'
import { AUDITED, type Audited, type AuditFacts, auditEvent, type Machine } from '../exporters/audit-event.ts'
import type { Trace } from '../ledger/audit-trail.ts'
import { openToVerify } from '../ledger/ledger.ts'
import { configFor } from './ledger-place.ts'
import { printJson, progress, say, UsageError, type Verb, type VerbInput } from './verb.ts'
import { openWholeOutput } from './whole-output.ts'

const APP = 'attune-app'

const instantOf = (value: VerbInput['values'][string], name: string): string | null => {
  if (value === undefined) return null
  const time = Date.parse(String(value))
  if (Number.isNaN(time)) throw new UsageError(`--${name} is no date: ${String(value)}`)
  return new Date(time).toISOString()
}

const machinesOf = (config: Config) => {
  const attune: Machine = { name: 'Attune', address: config.publicUrl }
  const app: Machine = { name: APP, address: `${config.publicUrl}/app/` }
  const ehr = (client: string): Machine => {
    const known = config.clients.find(({ id }) => id === client)
    return { name: client, address: known?.iss ?? known?.fhirServers[0] ?? null }
  }
  return { attune, app, ehr }
}

/** The events of one entry: a decision is two, what was read and what was shown; of an answer in the shadow nothing was given to the EHR. */
const eventsOf = (trace: Trace, { attune, app, ehr }: ReturnType<typeof machinesOf>): readonly AuditFacts[] => {
  const facts = (what: Audited, more: Omit<AuditFacts, 'id' | 'what' | 'recorded'>): AuditFacts => ({
    id: `${trace.seq}-${what}`,
    what,
    recorded: trace.at,
    ...more,
  })
  if (trace.kind === 'review') {
    const { id, tenant, patientKey, step } = trace
    const nothing = { user: null, requestId: null, outcomeDesc: null }
    return [facts(step as Audited, { tenant, from: app, to: attune, patient: patientKey, record: id, ...nothing })] // the table's kinds
  }
  if (trace.kind === 'feedback') {
    const { id, tenant, client, outcome } = trace.event
    const about = { patient: trace.patientKey, record: id, user: null, requestId: null, outcomeDesc: outcome }
    return [facts('feedback', { tenant, from: ehr(client), to: attune, ...about })]
  }
  const { id, tenant, client, service, patientKey, userKey, requestId = null, outcome } = trace.record
  const isApp = service === 'smart-app'
  const about = { tenant, patient: patientKey, record: id, user: userKey, requestId, outcomeDesc: outcome }
  const read = facts('patient-read', { ...about, from: ehr(client), to: attune })
  if (!isApp && isUnseen(trace.record)) return [read]
  return [read, facts(isApp ? 'app-opened' : 'decision-shown', { ...about, from: attune, to: isApp ? app : ehr(client) })]
}

const exportTo = async (input: VerbInput): Promise<number> => {
  const { since, until, tenant, to } = input.values
  if (typeof to !== 'string') throw new UsageError('Name the file with --to.')
  const span = { since: instantOf(since, 'since'), until: instantOf(until, 'until'), tenant: typeof tenant === 'string' ? tenant : null }
  if (existsSync(to)) throw new UsageError(`${to} is there already.`)
  const config = configFor(input)
  const machines = machinesOf(config)
  const ledger = await openToVerify(config)
  const file = openWholeOutput(to)
  const counts = new Map<string, number>()
  let gone = 0
  try {
    for await (const page of ledger.trail(span)) {
      gone += page.gone
      for (const facts of page.traces.flatMap((trace) => eventsOf(trace, machines))) {
        counts.set(facts.what, (counts.get(facts.what) ?? 0) + 1)
        file.write(`${JSON.stringify(auditEvent(facts, { publicUrl: config.publicUrl, version: VERSION }))}\n`)
      }
      progress(`${[...counts.values()].reduce((sum, n) => sum + n, 0)} events …`)
    }
    await file.finish()
  } finally {
    file.discard()
    await ledger.close()
  }
  const events = Object.fromEntries(Object.keys(AUDITED).map((what) => [what, counts.get(what) ?? 0]))
  if (input.values.json) printJson({ events, withoutContent: gone })
  else {
    for (const [what, n] of Object.entries(events)) say(`${what.padEnd(16)}${n}`)
    if (gone > 0)
      say(`${gone} entries of the span, whatever their tenant, have no content any more (retention, erasure) and are not in the file.`)
    say('Refused calls are not in the ledger: they are the lines "refused" of the log.')
  }
  return 0
}

export const audit: Verb = {
  name: 'audit',
  summary: 'Write what was done with patients’ data as FHIR AuditEvents (IHE BALP)',
  usage: `attune audit export --to FILE.ndjson [--since DATE] [--until DATE] [--tenant NAME] [--data DIR | --database URL] [--json]

One FHIR R4 AuditEvent a line, from the ledger, in its order (docs/ledger.md). Patients and users stand in it under the ledger's keys.
The file must not be there yet. An embedded ledger can be opened while no server uses it.`,
  options: {
    to: { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    tenant: { type: 'string' },
    data: { type: 'string' },
    database: { type: 'string' },
  },
  run: async (input) => {
    if (input.positionals.length !== 1 || input.positionals[0] !== 'export') throw new UsageError('Name what to do: export.')
    return exportTo(input)
  },
}
