import { readFileSync } from 'node:fs'
import { readWording } from '../cards/wording.ts'
import type { OverridesBy, OverridesReport, OverridesRow, ShadowReport, ShadowService, Share } from '../contract/insight.ts'
import { loadKnowledge } from '../guidance/load-knowledge.ts'
import { spanOf } from '../http/insight.ts'
import type { Span } from '../http/kit.ts'
import { makeInsight } from '../insight-door.ts'
import { overridesCsv, shadowCsv } from '../monitoring/insight/as-csv.ts'
import { siteConfig, withLedger } from './models/open-store.ts'
import { printJson, say, UsageError, type VerbInput } from './verb.ts'

type Insight = ReturnType<typeof makeInsight>
type Format = 'table' | 'csv' | 'json'

const FORMATS: readonly Format[] = ['table', 'csv', 'json']
const BY: readonly OverridesBy[] = ['rule', 'drug', 'service', 'site', 'week']

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const oneOf = <T extends string>(option: string, value: unknown, known: readonly T[], usual: T): T => {
  const asked = text(value) ?? usual
  const found = known.find((one) => one === asked)
  if (found === undefined) throw new UsageError(`--${option} is one of ${known.join(', ')}.`)
  return found
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

const dayOf = (option: string, value: unknown): string | undefined => {
  const day = text(value)
  if (day !== undefined && (!DAY.test(day) || Number.isNaN(Date.parse(day)))) throw new UsageError(`--${option} is a day: YYYY-MM-DD.`)
  return day
}

export const PERIOD_OPTIONS = {
  since: { type: 'string' },
  until: { type: 'string' },
  tenant: { type: 'string' },
  format: { type: 'string' },
  operator: { type: 'string' },
} as const

/** The embedded ledger belongs to the server that runs: it is asked, with the operator's token from a file. */
const askServer = async <R>(
  path: string,
  { since, until, tenant }: Span,
  by: string | null,
  { values }: VerbInput,
  publicUrl: string,
): Promise<R> => {
  const file = text(values.operator)
  if (tenant !== null) throw new UsageError('A running server holds the embedded ledger; it tells all tenants at once. Leave --tenant out.')
  const query = new URLSearchParams({
    since: since.toISOString().slice(0, 10),
    until: new Date(until.getTime() - 1).toISOString().slice(0, 10),
  })
  if (by !== null) query.set('by', by)
  const headers = file === undefined ? undefined : { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` }
  const answer = await fetch(`${publicUrl}${path}?${query}`, headers ? { headers } : {})
  if (answer.status === 401)
    throw new UsageError('A running server holds the embedded ledger. Name the file of its operator token: --operator FILE.')
  if (!answer.ok) throw new UsageError(`The running server answered ${answer.status}.`)
  return (await answer.json()) as R // our own server
}

type Kind<R> = {
  readonly path: string
  readonly by: OverridesBy | null
  readonly make: (insight: Insight, span: Span) => Promise<R>
  readonly csv: (report: R) => string
  readonly sayTable: (report: R) => void
}

const tell = async <R>(input: VerbInput, kind: Kind<R>): Promise<number> => {
  const { values } = input
  const format = values.json === true ? 'json' : oneOf('format', values.format, FORMATS, 'table')
  const config = siteConfig()
  const span: Span = {
    ...spanOf({ since: dayOf('since', values.since), until: dayOf('until', values.until) }, new Date()),
    tenant: text(values.tenant) ?? null,
  }
  const knowledge = loadKnowledge(config.rulesDir, config.drugMap)
  const wording = readWording(knowledge.tables.get('wording'), knowledge.actions.keys())
  const print = (report: R): number => {
    if (format === 'json') printJson(report)
    else if (format === 'csv') process.stdout.write(kind.csv(report))
    else kind.sayTable(report)
    return 0
  }
  return withLedger(
    config,
    async (ledger) => {
      const insight = makeInsight({ config, store: ledger.services, thinking: () => ({ knowledge, wording }) })
      return print(await kind.make(insight, span))
    },
    async () => print(await askServer<R>(kind.path, span, kind.by, input, config.publicUrl)),
  )
}

const percent = (share: Share): string =>
  share === null ? '' : `${(share.value * 100).toFixed(0)} % (${(share.low * 100).toFixed(0)} to ${(share.high * 100).toFixed(0)})`

/** Columns as wide as their widest cell. */
const sayRows = (rows: readonly (readonly string[])[]): void => {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)))
  for (const row of rows)
    say(
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

const overridesLine = (row: OverridesRow): string[] => [
  [row.tenant, row.service, row.subject].filter(Boolean).join(' ') || 'all',
  String(row.shown),
  percent(row.acceptRate),
  percent(row.overrideRate),
  String(row.ignored),
  `${row.changedAfter.n} of ${row.changedAfter.of}`,
  String(row.repeated),
  row.reasons
    .slice(0, 3)
    .map(({ code, n }) => `${code} ${n}`)
    .join(', '),
]

const sayOverrides = ({ since, until, rows, all }: OverridesReport): void => {
  say(`Cards shown from ${since.slice(0, 10)} until ${until.slice(0, 16).replace('T', ' ')} (UTC). Rates with Wilson's 95 % interval.\n`)
  if (all === null) {
    say('No card was shown.')
    return
  }
  const head = ['', 'shown', 'accepted', 'overridden', 'no feedback', 'drug gone after', 'repeated', 'reasons']
  sayRows([head, ...rows.map(overridesLine), overridesLine(all)])
}

const MOST_RULES = 20

const number = (value: number | null): string => (value === null ? 'no order' : String(Number(value.toPrecision(2))))

const sayShadowService = (one: ShadowService): void => {
  const { tenant, service, of, from, to, calls, orders, cards, interruptingPer100Orders, notAssessed, rules, neverFired, neverAsked } = one
  say(`${tenant} ${service}${of === 'trial' ? ', rules in the shadow' : ''}: ${from} to ${to}, ${calls} calls, ${orders} orders`)
  say(`  cards: ${cards.critical} critical, ${cards.warning} warning, ${cards.info} info`)
  say(`  critical or warning per 100 orders: ${number(interruptingPer100Orders)}; not assessed: ${percent(notAssessed.share)} of calls`)
  sayRows([
    ['  rule', 'fired', 'per 100 orders', 'decisions to look at'],
    ...rules
      .slice(0, MOST_RULES)
      .map(({ rule, fired, per100Orders, samples }) => [`  ${rule}`, String(fired), number(per100Orders), samples.slice(0, 2).join(' ')]),
  ])
  if (rules.length > MOST_RULES) say(`  and ${rules.length - MOST_RULES} more rules (--format csv tells all)`)
  say(`  ${neverFired.length} rules of drugs that were ordered never fired; ${neverAsked} are of drugs that nobody ordered\n`)
}

const sayShadow = ({ since, until, services }: ShadowReport): void => {
  say(`Would have been shown from ${since.slice(0, 10)} until ${until.slice(0, 16).replace('T', ' ')} (UTC)\n`)
  if (services.length === 0) say('Nothing ran in the shadow.')
  for (const one of services) sayShadowService(one)
}

export const reportOverrides = (input: VerbInput): Promise<number> => {
  const by = oneOf('by', input.values.by, BY, 'rule')
  return tell<OverridesReport>(input, {
    path: '/api/overrides',
    by,
    make: (insight, span) => insight.overrides({ ...span, by }),
    csv: overridesCsv,
    sayTable: sayOverrides,
  })
}

export const reportShadow = (input: VerbInput): Promise<number> =>
  tell<ShadowReport>(input, {
    path: '/api/shadow',
    by: null,
    make: (insight, span) => insight.shadow(span),
    csv: shadowCsv,
    sayTable: sayShadow,
  })
