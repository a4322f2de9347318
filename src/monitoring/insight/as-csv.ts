import type { OverridesReport, ShadowReport, Share } from '../../contract/insight.ts'

type Cell = string | number | null

/** A cell that a spreadsheet would take for a formula is made a text. */
const cell = (value: Cell): string => {
  if (value === null) return ''
  const text = typeof value === 'number' ? String(Number(value.toPrecision(6))) : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Comma-separated values (RFC 4180). */
const csv = (rows: readonly (readonly Cell[])[]): string => rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')

const share = (of: Share): Cell[] => (of === null ? [null, null, null] : [of.value, of.low, of.high])

const OVERRIDES_HEAD =
  'tenant,service,subject,drug,shown,accepted,overridden,ignored,accept_rate,accept_low,accept_high,override_rate,override_low,override_high,changed_after,looked_at_after,repeated,reasons'.split(
    ',',
  )

export const overridesCsv = ({ rows }: OverridesReport): string =>
  csv([
    OVERRIDES_HEAD,
    ...rows.map((row) => [
      row.tenant,
      row.service,
      row.subject,
      row.drug,
      row.shown,
      row.accepted,
      row.overridden,
      row.ignored,
      ...share(row.acceptRate),
      ...share(row.overrideRate),
      row.changedAfter.n,
      row.changedAfter.of,
      row.repeated,
      row.reasons.map(({ code, n }) => `${code} ${n}`).join('; '),
    ]),
  ])

const SHADOW_HEAD = 'tenant,service,of,from,to,calls,orders,rule,drug,fired,per_100_orders,looked_at,samples'.split(',')

/** A line for each rule that fired, and for each that was asked and never did. */
export const shadowCsv = ({ services }: ShadowReport): string =>
  csv([
    SHADOW_HEAD,
    ...services.flatMap((one) => {
      const head = [one.tenant, one.service, one.of, one.from, one.to, one.calls, one.orders]
      return [
        ...one.rules.map(({ rule, drug, fired, per100Orders, samples }) => [
          ...head,
          rule,
          drug,
          fired,
          per100Orders,
          null,
          samples.join(' '),
        ]),
        ...one.neverFired.map(({ rule, drug, looked }) => [...head, rule, drug, 0, 0, looked, null]),
      ]
    }),
  ])
