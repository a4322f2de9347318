import type { ShadowReport, ShadowRule, ShadowService } from '../../contract/insight.ts'
import type { ShadowSample } from '../../ledger/override-counts.ts'
import type { ServiceCount } from '../../ledger/service-counts.ts'
import { shareOf } from './overrides.ts'

/** Everything a report is made from; the making is pure. */
export type ShadowMaterial = {
  readonly now: Date
  readonly since: Date
  readonly until: Date
  readonly sandbox: boolean
  /** Of the shadow and of trials. */
  readonly counts: readonly ServiceCount[]
  readonly samples: readonly ShadowSample[]
  /** Drug of each row of the rules in force. */
  readonly rules: readonly { readonly id: string; readonly drug: string }[]
}

const MOST_SAMPLES = 5

const sumBy = (counts: readonly ServiceCount[], kind: string, measure: string): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const one of counts) if (one.kind === kind && one.measure === measure) sums.set(one.subject, (sums.get(one.subject) ?? 0) + one.n)
  return sums
}

const per100 = (n: number, orders: number): number | null => (orders === 0 ? null : (100 * n) / orders)

const samplesOf = (samples: readonly ShadowSample[], rule: string): string[] =>
  [...new Set(samples.flatMap(({ rows, decision }) => (rows.includes(rule) ? [decision] : [])))].slice(0, MOST_SAMPLES)

const CODE = 'silence:'

const silencesOf = (counts: readonly ServiceCount[]): ShadowService['silences'] => {
  const codes = [...new Set(counts.flatMap(({ kind, measure }) => (kind === 'service' && measure.startsWith(CODE) ? [measure] : [])))]
  return codes
    .map((measure) => ({ code: measure.slice(CODE.length), n: sumBy(counts, 'service', measure).get('') ?? 0 }))
    .sort((a, b) => b.n - a.n || (a.code < b.code ? -1 : 1))
}

/** A row that is gone from the rules has its name still. */
const drugOf = (rule: string, { rules }: ShadowMaterial): string => rules.find(({ id }) => id === rule)?.drug ?? ''

const serviceOf = (counts: readonly ServiceCount[], samples: readonly ShadowSample[], material: ShadowMaterial): ShadowService => {
  const [first] = counts
  const { tenant, service, mode } = first as ServiceCount // groups are made of rows
  const total = (measure: string): number => sumBy(counts, 'service', measure).get('') ?? 0
  const [calls, orders, interrupting, notAssessed] = [total('calls'), total('orders'), total('interrupting'), total('not-assessed')]
  const fired = sumBy(counts, 'rule', 'fired')
  const looked = sumBy(counts, 'drug', 'looked')
  const rules = [...fired].map(
    ([rule, n]): ShadowRule => ({
      rule,
      drug: drugOf(rule, material),
      fired: n,
      per100Orders: per100(n, orders),
      samples: samplesOf(samples, rule),
    }),
  )
  const silent = material.rules.filter(({ id }) => !fired.has(id))
  const days = counts.map(({ day }) => day).sort()
  return {
    tenant,
    service,
    of: mode === 'trial' ? 'trial' : 'shadow',
    from: days[0] ?? '',
    to: days.at(-1) ?? '',
    calls,
    orders,
    withCard: total('with-card'),
    cards: { critical: total('cards:critical'), warning: total('cards:warning'), info: total('cards:info') },
    interrupting,
    interruptingPer100Orders: per100(interrupting, orders),
    notAssessed: { n: notAssessed, share: shareOf(notAssessed, calls) },
    silences: silencesOf(counts),
    rules: rules.sort((a, b) => b.fired - a.fired || (a.rule < b.rule ? -1 : 1)),
    neverFired: silent
      .flatMap(({ id, drug }) => ((looked.get(drug) ?? 0) > 0 ? [{ rule: id, drug, looked: looked.get(drug) ?? 0 }] : []))
      .sort((a, b) => b.looked - a.looked || (a.rule < b.rule ? -1 : 1)),
    neverAsked: silent.filter(({ drug }) => !looked.has(drug)).length,
  }
}

/** What would have been shown, for each service at each tenant that ran in the shadow. */
export const makeShadowReport = (material: ShadowMaterial): ShadowReport => {
  const { now, since, until, sandbox, counts, samples } = material
  const groups = new Map<string, ServiceCount[]>()
  const keyOf = ({ tenant, service, mode }: { tenant: string; service: string; mode: string }) => JSON.stringify([tenant, service, mode])
  for (const one of counts) {
    const there = groups.get(keyOf(one))
    if (there) there.push(one)
    else groups.set(keyOf(one), [one])
  }
  const services = [...groups].map(([key, own]) =>
    serviceOf(
      own,
      samples.filter((sample) => keyOf(sample) === key),
      material,
    ),
  )
  return {
    asOf: now.toISOString(),
    since: since.toISOString(),
    until: until.toISOString(),
    sandbox,
    services: services.sort((a, b) => (`${a.tenant} ${a.service} ${a.of}` < `${b.tenant} ${b.service} ${b.of}` ? -1 : 1)),
  }
}
