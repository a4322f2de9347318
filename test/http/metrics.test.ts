import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeMetrics } from '../../src/http/metrics.ts'
import { type Running, start } from './server-under-test.ts'

const metrics = makeMetrics().list()

describe('The names of the metrics', () => {
  const own = metrics.filter(({ name }) => name.startsWith('attune_'))

  it.each(own.map(({ name, type, help }) => [name, type, help]))('%s follows the conventions of Prometheus', (name, type, help) => {
    expect(name).toMatch(/^attune_[a-z][a-z0-9_]*$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb|percent)(_|$)/)
    if (type === 'histogram') expect(name).toMatch(/_seconds$/)
    expect(help).toMatch(/^[A-Z0-9].*[.]$/)
  })

  it('have no label that could name a patient', () => {
    const labels = [...new Set(own.flatMap((one) => one.labels))].sort()
    expect(labels).toEqual([
      'case', // of an invented patient: models/canary.json
      'client', // its id in the configuration
      'code',
      'execution',
      'figure',
      'indicator',
      'input',
      'model',
      'outcome',
      'part', // of /readyz
      'route',
      'service',
      'state',
      'status',
      'store',
      'subject',
      'taken',
      'tenant',
      'use',
      'version',
    ])
  })

  it('of the loop and of the memory are there', () => {
    const names = metrics.map(({ name }) => name)
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']) expect(names).toContain(name)
  })
})

type Alert = {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string; readonly description: string }
}

describe('deploy/prometheus-alerts.yaml', () => {
  const { groups } = parse(readFileSync('deploy/prometheus-alerts.yaml', 'utf8')) as { groups: { rules: Alert[] }[] }
  const alerts = groups.flatMap(({ rules }) => rules)
  const known = new Set([
    'up',
    ...metrics.flatMap(({ name, type }) => (type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name])),
  ])

  it('has alerts', () => expect(alerts.length).toBeGreaterThan(10))

  it.each(alerts.map(({ alert, ...one }) => [alert, one] as const))(
    '%s asks for metrics and labels that exist, and says what is the matter',
    (_alert, { expr, annotations }) => {
      const named = expr.match(/\b(?:up|attune_\w+|nodejs_\w+|process_\w+)\b/g) ?? []
      expect(named.length).toBeGreaterThan(0)
      expect(named.filter((name) => !known.has(name))).toEqual([])
      const used = [...expr.matchAll(/(attune_\w+)\{([^}]*)\}/g)]
      for (const [, name = '', matchers = ''] of used) {
        const { labels = [] } = metrics.find((one) => name.startsWith(one.name)) ?? {}
        for (const [, label = ''] of matchers.matchAll(/(\w+)\s*[=!]/g)) expect(labels).toContain(label)
      }
      expect(annotations.summary).toMatch(/[.]$/)
      expect(annotations.description).toMatch(/[.]$/)
    },
  )
})

it('A refusal of rules counts from nothing: of a row that begins with 1 Prometheus sees no rise', async () => {
  expect(await makeMetrics().text(true)).toContain('attune_rules_reloads_total{taken="false"} 0\n')
})

it('What /readyz says of its parts is there without the token, also where it is not ready', async () => {
  const health = async () => ({ ledger: { ok: false }, services: { ok: true, degraded: true }, rules: { ok: true } })
  const ill = await start({ kit: { health } })
  const text = await (await fetch(`${ill.url}/metrics`)).text()
  await ill.close()
  expect(text.match(/^attune_part_degraded.*$/gm)).toEqual([
    'attune_part_degraded{part="ledger"} 1',
    'attune_part_degraded{part="services"} 1',
    'attune_part_degraded{part="rules"} 0',
  ])
})

describe('The number of series', () => {
  let running: Running
  beforeAll(async () => {
    running = await start()
  })
  afterAll(() => running?.close())

  const series = async (): Promise<number> =>
    (await (await fetch(`${running.url}/metrics`)).text()).split('\n').filter((line) => line.startsWith('attune_')).length
  const body = (patient: string) => ({
    hook: 'order-sign',
    hookInstance: crypto.randomUUID(),
    context: { userId: 'Practitioner/1', patientId: patient, draftOrders: { resourceType: 'Bundle', type: 'collection', entry: [] } },
    prefetch: { patient: { resourceType: 'Patient', id: patient } },
  })
  const round = async (n: number): Promise<void> => {
    const word = `w${n}-${Math.random().toString(36).slice(2)}`
    const post = (path: string, value: unknown) =>
      fetch(`${running.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': word, 'user-agent': word },
        body: JSON.stringify(value),
      })
    await post('/cds-services/echo-order-sign', body(word))
    await post(`/cds-services/${word}`, body(word))
    await post('/cds-services/echo-order-sign', { hook: word })
    await post('/cds-services/echo-order-sign/feedback', { feedback: [{ card: word, outcome: word, outcomeTimestamp: word }] })
    await fetch(`${running.url}/${word}?${word}=${word}`)
  }

  it('does not grow with what callers send', async () => {
    await round(0)
    await series()
    const before = await series()
    for (let n = 1; n <= 40; n += 1) await round(n)
    expect(await series()).toBe(before)
  })
})
