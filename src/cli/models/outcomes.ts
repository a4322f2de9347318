import type { z } from 'zod'
import type { Config } from '../../config.ts'
import type { OutcomeItem, OutcomeReceipt } from '../../contract/monitoring.ts'
import { OUTCOME_SCHEMA } from '../../http/monitoring.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { openTable, type TableRow } from '../../validation/read-table.ts'
import { printJson, progress, say, UsageError } from '../verb.ts'
import type { Action } from './action.ts'
import { siteConfig, withLedger } from './open-store.ts'

const BATCH = 500

type Line = { readonly line: number; readonly item: OutcomeItem } | { readonly line: number; readonly problem: string }
type Told = { readonly line: number; readonly state: OutcomeReceipt['state'] | 'unreadable'; readonly because?: string }

const nearest = (error: z.ZodError): readonly z.core.$ZodIssue[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'invalid_union' ? (issue.errors.toSorted((a, b) => a.length - b.length)[0] ?? []) : [issue],
  )

const columnsOf = (error: z.ZodError): string[] => [...new Set(nearest(error).map(({ path }) => path.join('.') || 'a column too many'))]

/** A column may be empty; words of a table become numbers where the schema wants one. */
const readLine = (row: TableRow, line: number): Line => {
  if ('problem' in row) return { line, problem: 'the line cannot be read' }
  const filled = Object.entries(row.fields).filter(([, value]) => value !== '' && value !== null)
  const fields: Record<string, unknown> = Object.fromEntries(filled)
  if (typeof fields.outcome === 'string') fields.outcome = Number(fields.outcome)
  if (fields.patient !== undefined && fields.fhirServer === undefined) fields.fhirServer = null
  const read = OUTCOME_SCHEMA.safeParse(fields)
  // A message may quote what stands there; the names of the columns are enough, of the form that comes nearest.
  return read.success ? { line, item: read.data } : { line, problem: `not as expected: ${columnsOf(read.error).join(', ')}` }
}

const send = async (lines: readonly Line[], ledger: Ledger, tenant: string): Promise<Told[]> => {
  const good = lines.flatMap((one) => ('item' in one ? [one] : []))
  const receipts =
    good.length === 0
      ? []
      : await ledger.models.outcomes(
          { tenant, client: 'cli' },
          good.map(({ item }) => item),
        )
  const stored = good.map(({ line }, at): Told => ({ line, ...(receipts[at] ?? { state: 'unknown' as const }) }))
  const bad = lines.flatMap((one): Told[] => ('problem' in one ? [{ line: one.line, state: 'unreadable', because: one.problem }] : []))
  return [...stored, ...bad].sort((a, b) => a.line - b.line)
}

const tenantOf = ({ clients }: Config, asked: unknown): string => {
  if (typeof asked === 'string') return asked
  const tenants = [...new Set(clients.map(({ tenant }) => tenant))]
  const [only] = tenants
  if (only === undefined || tenants.length > 1)
    throw new UsageError(`Name the tenant with --tenant: ${tenants.join(', ') || 'none is configured'}.`)
  return only
}

const sendAll = async (path: string, ledger: Ledger, tenant: string): Promise<Told[]> => {
  const { rows } = await openTable(path)
  const told: Told[] = []
  let waiting: Line[] = []
  let line = 0
  const flush = async () => {
    told.push(...(await send(waiting, ledger, tenant)))
    waiting = []
    progress(`${told.length} lines`)
  }
  for await (const row of rows) {
    line += 1
    waiting.push(readLine(row, line))
    if (waiting.length >= BATCH) await flush()
  }
  if (waiting.length > 0) await flush()
  return told
}

const FINE = new Set<Told['state']>(['stored', 'repeated', 'corrected'])

export const outcomes: Action = {
  summary:
    'Read what became of patients from a CSV or JSON lines file (columns: docs/monitoring.md); exit status 1 when a line was not stored',
  usage: 'attune models outcomes FILE [--tenant NAME] [--json]',
  options: { tenant: { type: 'string' } },
  run: async ({ values, positionals: [path, ...more] }) => {
    if (!path || more.length > 0) throw new UsageError('Name one file.')
    const config = siteConfig()
    const tenant = tenantOf(config, values.tenant)
    return withLedger(
      config,
      async (ledger) => {
        const told = await sendAll(path, ledger, tenant)
        const count = (state: Told['state']) => told.filter((one) => one.state === state).length
        const states = [...new Set(told.map(({ state }) => state))].sort()
        if (values.json === true)
          printJson({ lines: told.length, counts: Object.fromEntries(states.map((state) => [state, count(state)])), told })
        else {
          for (const { line, state, because } of told) if (!FINE.has(state)) say(`row ${line}: ${state}${because ? `, ${because}` : ''}`)
          say(states.map((state) => `${count(state)} ${state}`).join(', ') || 'no row')
        }
        return told.every(({ state }) => FINE.has(state)) ? 0 : 1
      },
      () => {
        throw new UsageError(`A running server holds the embedded ledger. Send the outcomes to it: POST ${config.publicUrl}/api/outcomes`)
      },
    )
  },
}
