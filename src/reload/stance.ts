import type { Config } from '../config.ts'
import type { InShadow, PracticeSwitch } from '../contract/switches.ts'
import type { Stance } from '../engine.ts'
import type { RuleSwitch } from '../guidance/switch-rows.ts'

/** A switch that holds: what was turned last, or what the configuration says. */
export type Held = Pick<PracticeSwitch, 'kind' | 'subject' | 'tenant' | 'use' | 'because'> & {
  /** Day on which it was turned; null: by configuration. */
  readonly since: string | null
}

const keyOf = ({ tenant, kind, subject }: PracticeSwitch): string => JSON.stringify([tenant, kind, subject])

/** Of each tenant, kind and subject the newest, where it is not `on`; and what the configuration has in the shadow, which stays there. */
export const heldOf = (newestFirst: readonly PracticeSwitch[], configured: Config['shadow']): Held[] => {
  const last = new Map(newestFirst.toReversed().map((one) => [keyOf(one), one]))
  return [
    ...configured.map(
      ({ tenant = null, service, rule, because }): Held => ({
        tenant,
        kind: rule !== undefined ? 'rule' : service !== undefined ? 'service' : 'site',
        subject: rule ?? service ?? '',
        use: 'shadow',
        because,
        since: null,
      }),
    ),
    ...[...last.values()].filter(({ use }) => use !== 'on').map(({ at, ...one }): Held => ({ ...one, since: at.slice(0, 10) })),
  ]
}

const NAMES = { rule: 'guidance', service: 'service', site: 'this site' } as const

/** `guidance R is switched off at this site since 2026-11-21, because …`. */
export const wordsOf = ({ kind, subject, use, because, since }: Held): string => {
  const what = [NAMES[kind], ...(subject === '' ? [] : [subject])].join(' ')
  const how = use === 'off' ? 'is switched off' : 'runs in the shadow'
  const where = kind === 'site' ? '' : ' at this site'
  return `${what} ${how}${where} ${since === null ? 'by its configuration' : `since ${since}`}, because ${because.replace(/[.\s]+$/, '')}`
}

const inShadow = (held: readonly Held[]): Stance['inShadow'] => {
  const site = held.find(({ kind, use }) => kind === 'site' && use === 'shadow')
  const services = new Map(held.filter(({ kind, use }) => kind === 'service' && use === 'shadow').map((one) => [one.subject, one]))
  const whole: InShadow | null = site ? { of: 'site', because: wordsOf(site) } : null
  return (service) => {
    const one = services.get(service)
    return whole ?? (one ? { of: 'service', because: wordsOf(one) } : null)
  }
}

const ruleSwitch = (one: Held): RuleSwitch => ({
  subject: one.subject,
  use: one.use === 'off' ? 'off' : 'shadow',
  words: wordsOf(one),
})

/** How a tenant is answered: by what is switched for it and for every tenant, never by what is switched for another. */
export const stanceOf = (tenant: string, held: readonly Held[], silentModels: readonly string[]): Stance => {
  const own = held.filter((one) => one.tenant === null || one.tenant === tenant)
  const names = own.map(({ kind, subject, use }) => [kind, ...(subject === '' ? [] : [subject]), use].join(' '))
  return {
    inShadow: inShadow(own),
    rules: own.filter(({ kind }) => kind === 'rule').map(ruleSwitch),
    switches: [...new Set([...names, ...silentModels])].sort(),
  }
}
