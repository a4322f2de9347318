import { createHash, randomUUID } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { identifyRequest } from '../../src/http/request-id.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type Running, serve } from '../../src/main.ts'
import { makeExporter } from '../../src/tracing/otlp.ts'
import { type Ended, makeTracer } from '../../src/tracing/tracer.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { orderWarfarin, people } from '../monitoring/site.ts'
import { hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

type Value = { readonly stringValue?: string; readonly intValue?: string; readonly boolValue?: boolean }
type Sent = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Value }[]
}
type Export = { readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Sent[] }[] }[] }

/** A small collector: OTLP/HTTP with JSON. */
const startCollector = async () => {
  const bodies: string[] = []
  const server = http.createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      bodies.push(text)
      response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const spans = (): Sent[] =>
    bodies.flatMap((text) =>
      (JSON.parse(text) as Export).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    bodies,
    spans,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const MARK = 'zz-marker-patient-4711'

describe('A traced call', () => {
  let place: Place
  let ehr: FakeEhr
  let collector: Awaited<ReturnType<typeof startCollector>>
  let site: ReturnType<typeof makeSite>
  let running: Running
  let log = ''
  let stopped = false

  beforeAll(async () => {
    place = await embeddedPlace()
    collector = await startCollector()
    ehr = await startEhr([{ resourceType: 'Patient', id: MARK, gender: 'female', birthDate: '1960-01-01' }], { delayMs: 0 })
    const tracing = { otlpUrl: collector.url, toFhir: true }
    site = makeSite(hospital(ehr, {}, { tracing }), { ATTUNE_DATA_DIR: place.config.dataDir, LOG_LEVEL: 'info' })
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      log += String(chunk)
      return true
    })
    running = await serve(site.environment)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    if (!stopped) await running?.stop()
    await ehr?.stop()
    await collector?.stop()
    await place?.clear()
    site?.clear()
  })

  /** An order without vital signs: Attune asks for them. */
  const order = async (headers: Record<string, string>) => {
    const url = `${running.url}/cds-services/pgx-order-sign`
    const [one] = people(1, 5)
    const { prefetch, ...rest } = orderWarfarin({ ...one, id: MARK } as Parameters<typeof orderWarfarin>[0])
    const { vitals: _, ...sent } = prefetch
    const asked = {
      ...rest,
      prefetch: sent,
      fhirServer: ehr.fhir,
      fhirAuthorization: { access_token: ehr.token, token_type: 'Bearer', expires_in: 300, scope: 'x', subject: 'y' },
    }
    return fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ehr.sign(url)}`, ...headers },
      body: JSON.stringify(asked),
    })
  }
  const spansOf = async (traceId: string, least: number): Promise<Sent[]> => {
    for (const end = Date.now() + 120_000; Date.now() < end; await wait(200)) {
      const found = collector.spans().filter((span) => span.traceId === traceId)
      if (found.length >= least && found.some(({ kind }) => kind === 2)) return found
    }
    throw new Error('the spans did not come')
  }
  const attributesOf = (span: Sent | undefined) =>
    Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]))

  it('shows its stages in the order of the line, with one span for each query, under the trace of the caller', async () => {
    const [traceId, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
    ehr.takeReads()
    const answer = await order({ traceparent: `00-${traceId}-${parent}-01` })
    expect(answer.status).toBe(200)
    const spans = await spansOf(traceId, 9)
    const root = spans.find(({ kind }) => kind === 2)
    expect([root?.parentSpanId, root?.name]).toEqual([parent, 'request'])
    const children = (of: Sent | undefined) =>
      spans
        .filter(({ parentSpanId }) => parentSpanId === of?.spanId)
        .sort((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1))
    const names = (of: Sent | undefined) => children(of).map(({ name }) => name)
    expect(names(root)).toEqual(['identify', 'prefetch', 'facts', 'think', 'cards', 'ledger'])
    expect(names(spans.find(({ name }) => name === 'think'))).toEqual(['guidance', 'risk'])
    const reads = children(spans.find(({ name }) => name === 'prefetch'))
    const asked = ehr.takeReads()
    expect(new Set(reads.map((span) => JSON.stringify(attributesOf(span))))).toEqual(
      new Set([
        JSON.stringify({
          'fhir.resource_type': 'Observation',
          'attune.state': 'empty',
          'attune.resources': 0,
          'http.response.status_code': 200,
        }),
      ]),
    )
    expect(asked.length).toBe(reads.length)
    const prefetch = spans.find(({ name }) => name === 'prefetch')
    expect(new Set(asked.map(({ traceparent }) => traceparent))).toEqual(new Set([`00-${traceId}-${prefetch?.spanId}-01`]))
    for (const { startTimeUnixNano, endTimeUnixNano } of spans) expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true)
  })

  it('of the app shows a span for each query, the thinking and the recording, under its request', async () => {
    const traceId = randomUUID().replaceAll('-', '')
    const answer = await fetch(`${running.url}/api/profile`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${ehr.token}`,
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      },
      body: JSON.stringify({ fhirServer: ehr.fhir, patient: MARK }),
    })
    const events = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; decision?: string })
    expect(events.at(-1)?.event).toBe('done')
    const spans = await spansOf(traceId, 9)
    const root = spans.find(({ kind }) => kind === 2)
    const names = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId).map(({ name }) => name)
    const asked = events.filter(({ event }) => event === 'source').length
    expect([...new Set(names)].sort()).toEqual(['facts', 'fhir', 'ledger', 'think'])
    expect(names.filter((name) => name === 'fhir').length).toBeGreaterThanOrEqual(asked)
    expect([names.filter((name) => name === 'think').length, names.filter((name) => name === 'ledger').length]).toEqual([1, 1])
    expect(attributesOf(root)['attune.decision']).toBe(events.at(-1)?.decision)
  })

  it('of a discharge shows the same stages as every service', async () => {
    const traceId = randomUUID().replaceAll('-', '')
    const url = `${running.url}/cds-services/risk-encounter-discharge`
    const [one] = people(1, 5)
    const { prefetch } = orderWarfarin({ ...one, id: MARK } as Parameters<typeof orderWarfarin>[0])
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${ehr.sign(url)}`,
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      },
      body: JSON.stringify({
        hook: 'encounter-discharge',
        hookInstance: randomUUID(),
        context: { userId: 'Practitioner/1', patientId: MARK, encounterId: 'e1' },
        prefetch,
      }),
    })
    expect(answer.status).toBe(200)
    const spans = await spansOf(traceId, 6)
    const think = spans.find(({ name }) => name === 'think')
    expect(
      spans
        .filter(({ parentSpanId }) => parentSpanId === think?.spanId)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['guidance', 'risk'])
  })

  it('has one id in the answer, the log, the trace and the decision', async () => {
    const id = randomUUID()
    const answer = await order({ 'x-request-id': id })
    expect(answer.headers.get('x-request-id')).toBe(id)
    const spans = await spansOf(id.replaceAll('-', ''), 9)
    const root = attributesOf(spans.find(({ kind }) => kind === 2))
    const lines = log
      .split('\n')
      .filter((line) => line.includes(id))
      .map((line) => JSON.parse(line))
    expect(lines).toMatchObject([
      {
        id,
        trace: id.replaceAll('-', ''),
        route: '/cds-services/:id',
        service: 'pgx-order-sign',
        client: 'main-ehr',
        tenant: 'hospital',
        status: 200,
        outcome: root['attune.outcome'],
        cards: root['attune.cards'],
        decision: root['attune.decision'],
        msg: 'answered',
      },
    ])
    await running.stop()
    stopped = true
    const ledger = await openLedger(place.config)
    const record = await ledger.decision(String(root['attune.decision']), 'hospital')
    await ledger.close()
    expect([record?.id, record?.requestId]).toEqual([root['attune.decision'], id])
  })

  it('carries nothing of the patient', () => {
    const all = collector.bodies.join('\n')
    expect(collector.spans().length).toBeGreaterThan(15)
    for (const secret of [MARK, ehr.token, ehr.base, 'subject=', '1960-01-01', '855332']) expect(`${all}\n${log}`).not.toContain(secret)
    expect(all).not.toContain('?')
  })
})

describe('The id of a request', () => {
  const id = '0b0e7a52-9d59-4d2a-8f0d-0d1a4d3c2b1a'
  it('is the caller’s UUID, else that of the trace, else a new one', () => {
    expect(identifyRequest({ 'x-request-id': id.toUpperCase() })).toEqual({
      id,
      origin: { traceId: id.replaceAll('-', ''), parentSpanId: null },
    })
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    expect(identifyRequest({ traceparent }).id).toBe('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa')
    expect(identifyRequest({ traceparent, 'x-request-id': id })).toEqual({
      id,
      origin: { traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) },
    })
  })
  it.each(['MRN 4711', 'Jane Sample', '../../etc', `${id}\nforged`, '', 'x'.repeat(5000), `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])(
    'is never a text like %j',
    (text) => {
      const made = identifyRequest({ 'x-request-id': text, traceparent: text })
      expect(made.id).toMatch(/^[0-9a-f-]{36}$/)
      expect(made.origin.parentSpanId).toBeNull()
    },
  )
})

describe('Tracing', () => {
  const ended: Ended[] = []
  it('keeps the share of traces that is asked for, the same ones on every server', () => {
    const tracer = makeTracer({ onEnd: (one) => ended.push(one), outward: false }, 0.25)
    const ids = Array.from({ length: 2000 }, (_, n) => createHash('sha256').update(String(n)).digest('hex').slice(0, 32))
    const kept = ids.filter((traceId) => tracer.begin('request', { traceId, parentSpanId: null }) !== null)
    expect(kept.length).toBeGreaterThan(400)
    expect(kept.length).toBeLessThan(600)
  })

  it('ends a span that failed as failed, and the failure goes on', async () => {
    const tracer = makeTracer({ onEnd: (one) => ended.push(one), outward: true }, 1)
    const call = tracer.begin('request', { traceId: 'c'.repeat(32), parentSpanId: null })
    await expect(call?.span.child('facts', () => Promise.reject(new Error('x')))).rejects.toThrow('x')
    expect(() =>
      call?.span.child('cards', () => {
        throw new TypeError('y')
      }),
    ).toThrow('y')
    await wait(1)
    expect(ended.map(({ name, failed }) => [name, failed]).sort()).toEqual(
      [
        ['cards', true],
        ['facts', true],
      ].sort(),
    )
  })

  it('drops and counts what no collector takes, and holds no more than its limit', async () => {
    const exporter = makeExporter({ url: 'http://127.0.0.1:9/v1/traces', version: '0', post: async () => null, everyMs: 1_000_000 })
    const one: Ended = {
      traceId: 'c',
      spanId: 'd',
      parentSpanId: null,
      name: 'x',
      kind: 'internal',
      start: '1',
      end: '2',
      failed: false,
      attributes: {},
    }
    for (let n = 0; n < 5000; n += 1) exporter.add(one)
    expect(exporter.dropped).toBe(5000 - 4096)
    await exporter.close()
    expect(exporter.dropped).toBe(5000)
  })
})
