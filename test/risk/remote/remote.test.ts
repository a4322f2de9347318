import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CONFIG_SCHEMAS } from '../../../src/config.ts'
import { estimateFrom } from '../../../src/risk/estimate.ts'
import { encodeBatch } from '../../../src/risk/inference/batch-run.ts'
import { openBatches } from '../../../src/risk/inference/batches.ts'
import { loadModels, type ModelHealth, type Models } from '../../../src/risk/registry.ts'
import { JSON_LENGTH } from '../../../src/risk/remote/tensor-body.ts'
import { copyModels } from '../models-copy.ts'
import { certify, makeAuthority } from './certificates.ts'
import { type Faults, type InferenceUnderTest, serveModels } from './inference-server.ts'

const { dir: modelsDir, remove } = copyModels('warfarin-dose', 'kfre', 'kidney')
let server: InferenceUnderTest
let models: Models | null = null

beforeAll(async () => {
  server = await serveModels(modelsDir)
})
afterAll(async () => {
  await server.stop()
  remove()
})
afterEach(async () => {
  await models?.close()
  models = null
  await server.stop()
  await server.start()
  server.seen.length = 0
})

const settings = (more: object = {}) => {
  const { url, ...rest } = CONFIG_SCHEMAS.file.shape.inference.parse({ timeoutMs: 5000, ...more }) // a busy machine is no slow server
  return { ...rest, url: url ?? server.url, token: null as string | null }
}
const start = async (faults: Faults = {}, more: object = {}, token: string | null = null): Promise<Models> => {
  server.faults = faults
  models = await loadModels(modelsDir, { execution: 'remote', inference: { ...settings(more), token } })
  return models
}

const PERSON = { algorithm: 'iwpc_clinical', age: 67, height_cm: 170, weight_kg: 80, race: 'white', enzyme_inducer: 0, amiodarone: 0 }
/** IWPC clinical equation for that person, mg a week. */
const DOSE = (4.0376 - 0.2546 * 6 + 0.0118 * 170 + 0.0134 * 80) ** 2

const dose = async (from: Models) => {
  const model = from.get('warfarin-dose')
  if (!model) throw new Error('no warfarin model')
  const [estimate] = await estimateFrom(model, PERSON, 'iwpc_clinical')
  if (estimate?.state !== 'estimated') throw new Error(JSON.stringify(estimate))
  return { value: estimate.value, execution: estimate.execution }
}
const stateOf = (from: Models, id = 'warfarin-dose'): ModelHealth | undefined => from.health().models.find((one) => one.id === id)
const fallbackOf = (from: Models): string | null => {
  const state = stateOf(from)
  return state?.state === 'serving' ? state.fallback : 'not served'
}

describe('Models on an inference server', () => {
  it('give the same numbers, checked at start against its description and all golden vectors', async () => {
    const remote = await start()
    expect(remote.health()).toMatchObject({ state: 'ok', models: [{ execution: 'remote', fallback: null }, {}, {}] })
    expect(await dose(remote)).toEqual({ value: expect.closeTo(DOSE, 9), execution: 'remote' })
    const asked = server.seen.filter(({ method }) => method === 'GET').map(({ path }) => path)
    const graphs = remote.all.flatMap(({ ref, manifest }) => manifest.graphs.map(({ file }) => `${ref.id}.${file.replace('.onnx', '')}`))
    expect(asked.sort()).toEqual(graphs.map((graph) => `/v2/models/${graph}`).sort())
    expect(graphs).toContain('warfarin-dose.iwpc_pg')
    const rows = server.infers().reduce((sum, { body, headers }) => {
      const head = JSON.parse(body.toString('utf8', 0, Number(headers['inference-header-content-length'])))
      return sum + head.inputs[0].shape[0]
    }, 0)
    expect(rows).toBeGreaterThan(remote.all.reduce((sum, { vectors }) => sum + vectors.length, 0))
  })

  it('receive numbers and names of the graph, and nothing that names a patient', async () => {
    const remote = await start()
    server.seen.length = 0
    await dose(remote)
    const sent = server.infers()
    // The estimate, and the same without race for comparison.
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array.from({ length: 2 }, () => 'POST /v2/models/warfarin-dose.iwpc_clinical/infer'),
    )
    for (const { headers, body } of sent) {
      expect(headers).toEqual({
        host: new URL(server.url).host,
        connection: 'keep-alive',
        'content-type': 'application/octet-stream',
        'content-length': String(body.length),
        'accept-encoding': 'identity',
        'inference-header-content-length': expect.stringMatching(/^\d+$/),
      })
      const end = Number(headers['inference-header-content-length'])
      expect(JSON.parse(body.toString('utf8', 0, end))).toEqual({
        inputs: [{ name: 'x', shape: [1, 8], datatype: 'FP64', parameters: { binary_data_size: 64 } }],
        outputs: [
          { name: 'raw_iwpc_clinical', parameters: { binary_data: true } },
          { name: 'iwpc_clinical_mg_per_week', parameters: { binary_data: true } },
        ],
      })
      expect(body.length).toBe(end + 64)
    }
    const { body, headers } = sent[0] as (typeof sent)[number] // there are two
    const end = Number(headers['inference-header-content-length'])
    expect(Array.from({ length: 8 }, (_, n) => body.readDoubleLE(end + n * 8))).toEqual([6, 170, 80, 0, 0, 0, 0, 0])
  })

  it('are asked over kept connections', async () => {
    const remote = await start()
    server.sockets.clear()
    for (let n = 0; n < 10; n += 1) await dose(remote)
    expect(server.infers().length).toBeGreaterThanOrEqual(10)
    expect(server.sockets.size).toBe(0) // those of the start serve on
  })

  it('share one request when they are asked at the same time, and each caller gets its own number', async () => {
    const remote = await start({}, { windowMs: 20 })
    server.seen.length = 0
    const session = remote.get('warfarin-dose')?.variants.find(({ spec }) => spec.id === 'iwpc_clinical')?.session
    const weights = Array.from({ length: 40 }, (_, n) => 50 + n)
    const ran = await Promise.all(weights.map((weight) => session?.run([[6, 170, weight, 0, 0, 0, 0, 0]], ['iwpc_clinical_mg_per_week'])))
    expect(ran.map((columns) => Object.values(columns ?? {}).flatMap((values) => [...values]))).toEqual(
      weights.map((weight) => [expect.closeTo((4.0376 - 0.2546 * 6 + 0.0118 * 170 + 0.0134 * weight) ** 2, 9)]),
    )
    expect(server.infers()).toHaveLength(1)
  })

  it('when one of those that share a request cannot be computed, the others can', async () => {
    const remote = await start({}, { windowMs: 20 })
    server.seen.length = 0
    const session = remote.get('warfarin-dose')?.variants.find(({ spec }) => spec.id === 'iwpc_clinical')?.session
    if (!session) throw new Error('no session')
    const ran = await Promise.allSettled(
      [80, Number.NaN, 1e300, 90].map((weight) => session.run([[6, 170, weight, 0, 0, 0, 0, 0]], ['iwpc_clinical_mg_per_week'])),
    )
    expect(ran.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(server.infers()).toHaveLength(1)
  })

  it('may be asked under names and versions of the site', async () => {
    models = await loadModels(modelsDir, {
      execution: 'cpu',
      models: { kidney: CONFIG_SCHEMAS.model.parse({ execution: 'remote', remote: { name: 'renal/{graph}', version: '7' } }) },
      inference: settings(),
    })
    expect(server.seen.map(({ path }) => path)).toContain('/v2/models/renal%2Fmodel/versions/7')
    expect(stateOf(models, 'kidney')).toMatchObject({ fallback: expect.stringContaining('it does not have renal/model') })
    expect(stateOf(models)).toMatchObject({ execution: 'cpu', fallback: null })
  })

  it('give the reasons of a network too', async () => {
    const { dir, remove: removeNetwork } = copyModels('icu-mortality')
    const networks = await serveModels(dir)
    const inference = settings({ url: networks.url, timeoutMs: 10_000, windowMs: 50 })
    const [there, here] = [await loadModels(dir, { execution: 'remote', inference }), await loadModels(dir, { execution: 'cpu' })]
    const attributions = await Promise.all(
      [there, here].map(({ all: [model] }) => {
        const session = model?.variants[0]?.session
        if (!session) throw new Error('no network')
        const row = [...(session.spec.warm ?? [])]
        return Promise.all(Array.from({ length: 12 }, () => session.run([row], Object.keys(session.spec.wide ?? {}))))
      }),
    )
    const [remote = [], local = []] = attributions.map((all) =>
      all.map((columns) => Object.values(columns).flatMap((values) => [...values])),
    )
    expect(local[0]?.length).toBeGreaterThan(100)
    expect(remote.every((all, n) => all.every((one, at) => Math.abs(one - (local[n]?.[at] ?? Number.NaN)) < 1e-9))).toBe(true)
    expect(there.get('icu-mortality')?.variants[0]?.session.counts().fallbacks).toBe(0)
    expect(there.health().state).toBe('ok')
    await Promise.all([there.close(), here.close(), networks.stop()])
    removeNetwork()
  })

  it('work with a server that has no binary extension', async () => {
    const remote = await start({ json: true })
    expect(await dose(remote)).toEqual({ value: expect.closeTo(DOSE, 9), execution: 'remote' })
  })
})

describe('Each of these at start leaves the models here, with the same numbers, and is told:', () => {
  const port = (change: object) => (right: { inputs: object[] }) => ({
    ...right,
    inputs: right.inputs.map((one) => ({ ...one, ...change })),
  })
  it.each<[string, Faults, RegExp]>([
    ['no such graph', { status: 404 }, /it does not have warfarin-dose\.iwpc_pg; running on cpu$/],
    ['another input type', { metadata: port({ datatype: 'FP32' }) as never }, /its input is not one FP64 \[N, 17\] called x/],
    ['another input name', { metadata: port({ name: 'features' }) as never }, /its input is not one FP64/],
    ['another number of columns', { metadata: port({ shape: [-1, 5] }) as never }, /its input is not one FP64/],
    ['a fixed number of rows', { metadata: port({ shape: [1, 17] }) as never }, /its input is not one FP64/],
    ['an output less', { metadata: (right) => ({ ...right, outputs: right.outputs.slice(1) }) }, /it has no FP64 \[N, 1\] output called/],
    ['a description that is none', { metadata: () => 'hello' }, /its description of .* cannot be read/],
    [
      'other numbers',
      { outputs: (right) => right.map((one) => ({ ...one, values: one.values.map((value) => value * (1 + 1e-7)) })) },
      /gives other numbers than the graph of the manifest/,
    ],
    ['errors', { status: 500 }, /answered 500/],
    ['silence', { delay: 3000 }, /did not answer in time/],
    ['a redirect', { status: 302 }, /answered 302/],
  ])('%s', async (_, faults, said) => {
    const remote = await start(faults, faults.delay === undefined ? {} : { timeoutMs: 300 })
    expect(remote.health().state).toBe('degraded')
    expect(fallbackOf(remote)).toMatch(said)
    expect(await dose(remote)).toEqual({ value: expect.closeTo(DOSE, 9), execution: 'cpu' })
    expect(fallbackOf(remote)).toMatch(/^[^\n]*; running on cpu$/)
  })
})

describe('Each of these while it runs costs the server its turn and the patient nothing:', () => {
  const values = (change: (value: number) => number): Faults => ({
    outputs: (right) => right.map((one) => ({ ...one, values: one.values.map(change) })),
  })
  it.each<[string, Faults, RegExp]>([
    ['wrong numbers', values((value) => value + 1), /gave numbers that the CPU does not give/],
    ['NaN', values(() => Number.NaN), /gave numbers that the CPU does not give/],
    ['infinity', values(() => Number.POSITIVE_INFINITY), /gave numbers that the CPU does not give/],
    ['another shape', { outputs: (right) => right.map((one) => ({ ...one, shape: [1] })) }, /in another shape than \[\d+, 1\]/],
    ['more rows', { outputs: (right) => right.map((one) => ({ ...one, shape: [2, 1], values: [1, 2] })) }, /in another shape/],
    ['another type', { outputs: (right) => right.map((one) => ({ ...one, datatype: 'FP32' })) }, /as FP32, not as FP64/],
    ['an output less', { outputs: (right) => right.slice(1) }, /lacks raw_iwpc_clinical/],
    ['bytes too few', { bytes: (right) => right.subarray(0, -8) }, /another number of bytes/],
    ['bytes too many', { bytes: (right) => Buffer.concat([right, Buffer.alloc(8)]) }, /bytes that belong to no output/],
    ['a flood', { bytes: (right) => Buffer.concat([right, Buffer.alloc(2_000_000)]) }, /more than was asked for/],
    ['no JSON', { bytes: (right) => Buffer.alloc(right.length) }, /is not an inference answer/],
    ['a wrong header', { header: '999999' }, /wrong length of its JSON/],
    ['an error', { status: 500 }, /answered 500/],
    ['a refusal', { status: 400 }, /(answered 400|it does not have warfarin-dose.iwpc_clinical)/],
    ['silence', { delay: 6000 }, /did not answer in time/],
    ['a dropped connection', { drop: () => 'before' }, /could not be reached \(ECONNRESET\)/],
    ['half an answer', { drop: () => 'within' }, /(broke off its answer|could not be reached \(ECONNRESET\))/],
  ])('%s', async (_, faults, said) => {
    const remote = await start({}, faults.delay === undefined ? {} : { timeoutMs: 2500 })
    expect(await dose(remote)).toMatchObject({ execution: 'remote' })
    server.faults = faults
    expect(await dose(remote)).toEqual({ value: expect.closeTo(DOSE, 9), execution: 'cpu' })
    expect([remote.health().state, fallbackOf(remote)]).toEqual(['degraded', expect.stringMatching(said)])
  })

  it('one connection that breaks is tried again, and nobody notices', async () => {
    const remote = await start()
    let drops = 1
    server.faults = {
      drop: () => {
        drops -= 1
        return drops >= 0 ? 'before' : null
      },
    }
    expect(await dose(remote)).toMatchObject({ execution: 'remote' })
    expect(remote.health().state).toBe('ok')
  })

  it('a busy server is asked once more', async () => {
    const remote = await start()
    let busy = 1
    server.faults = {
      status: () => {
        busy -= 1
        return busy >= 0 ? 503 : null
      },
    }
    expect(await dose(remote)).toMatchObject({ execution: 'remote' })
  })

  it('what the CPU refuses too is not held against the server', async () => {
    const remote = await start()
    const session = remote.get('warfarin-dose')?.variants[0]?.session
    if (!session) throw new Error('no session')
    const huge = Array.from({ length: session.spec.input.columns }, () => 1e200)
    await expect(session.run([huge])).rejects.toMatchObject({ code: 'model-failed' })
    expect(remote.health().state).toBe('ok')
    expect(await dose(remote)).toMatchObject({ execution: 'remote' })
  })
})

describe('A server that goes away', () => {
  it('is left alone after five calls, and used again once it is back and has been checked again', async () => {
    const remote = await start()
    await server.stop()
    for (let n = 0; n < 8; n += 1) expect(await dose(remote)).toEqual({ value: expect.closeTo(DOSE, 9), execution: 'cpu' })
    expect(fallbackOf(remote)).toMatch(/; running on cpu$/)
    await server.start()
    const before = server.seen.length
    await expect.poll(async () => (await dose(remote)).execution, { timeout: 120_000, interval: 500 }).toBe('remote')
    expect(server.seen.slice(before).map(({ method, path }) => `${method} ${path}`)).toContain('GET /v2/models/warfarin-dose.iwpc_clinical')
    expect(remote.get('warfarin-dose') && fallbackOf(remote)).toBe(null)
  }, 600_000)

  it('and comes back with another graph under the same name is not used', async () => {
    const remote = await start()
    await server.stop()
    expect(await dose(remote)).toMatchObject({ execution: 'cpu' })
    await server.start({ outputs: (right) => right.map((one) => ({ ...one, values: one.values.map((value) => value / 2) })) })
    await expect
      .poll(async () => (await dose(remote)) && fallbackOf(remote), { timeout: 120_000, interval: 300 })
      .toMatch(/gives other numbers/)
    expect(await dose(remote)).toEqual({ value: expect.closeTo(DOSE, 9), execution: 'cpu' })
  }, 600_000)
})

describe('A bearer token', () => {
  it('is sent from the environment', async () => {
    const remote = await start({ token: 'right' }, {}, 'right')
    expect(remote.health().state).toBe('ok')
  })

  it('that is wrong leaves the models here and is never told', async () => {
    const remote = await start({ token: 'right' }, {}, 'TOPSECRET')
    expect(await dose(remote)).toMatchObject({ execution: 'cpu' })
    expect(fallbackOf(remote)).toMatch(/answered 401/)
    expect(JSON.stringify(remote.health())).not.toContain('TOPSECRET')
  })

  it('that no header can carry leaves the models here', async () => {
    const remote = await start({}, {}, 'schlüssel\u{1f511}')
    expect(await dose(remote)).toMatchObject({ execution: 'cpu' })
    expect(fallbackOf(remote)).toMatch(/could not be reached \(ERR_INVALID_CHAR\)/)
  })

  it('is read again from its file when the server refuses it', async () => {
    const tokenFile = join(modelsDir, '.token')
    writeFileSync(tokenFile, 'old\n')
    const remote = await start({ token: 'old' }, { tokenFile })
    writeFileSync(tokenFile, 'new\n')
    server.faults = { token: 'new' }
    expect(await dose(remote)).toMatchObject({ execution: 'remote' })
  })
})

it('a token file that is gone when the server refuses the token costs the server its turn, not the estimate', async () => {
  const tokenFile = join(modelsDir, '.token-gone')
  writeFileSync(tokenFile, 'old')
  const remote = await start({ token: 'old' }, { tokenFile })
  rmSync(tokenFile)
  server.faults = { token: 'new' }
  expect(await dose(remote)).toEqual({ value: expect.closeTo(DOSE, 9), execution: 'cpu' })
  expect(fallbackOf(remote)).toMatch(/answered 401/)
})

describe('Mutual TLS', () => {
  const authority = makeAuthority('Test authority')
  const by = { called: 'Test authority', authority }
  const ours = certify('attune', by)
  const theirs = certify('triton', by)
  const file = (name: string, text: string): string => {
    const path = join(modelsDir, `.${name}.pem`)
    writeFileSync(path, text)
    return path
  }
  const withTls = async (serverCertificate: typeof theirs, client: Record<string, string>) => {
    const tls = { ...serverCertificate, ca: authority.cert, requestCert: true, rejectUnauthorized: true }
    const secured = await serveModels(modelsDir, {}, tls)
    try {
      const remote = await loadModels(modelsDir, { execution: 'remote', inference: settings({ url: secured.url, ...client }) })
      const ran = await dose(remote)
      const fallback = fallbackOf(remote)
      await remote.close()
      return { ...ran, fallback }
    } finally {
      await secured.stop()
    }
  }
  const files = () => ({ caFile: file('ca', authority.cert), certFile: file('cert', ours.cert), keyFile: file('key', ours.key) })

  it('with certificates of one authority on both sides serves', async () => {
    expect(await withTls(theirs, files())).toEqual({ value: expect.closeTo(DOSE, 9), execution: 'remote', fallback: null })
  })

  it.each<[string, () => Parameters<typeof withTls>]>([
    ['a server of another authority', () => [certify('triton', { called: 'Other', authority: makeAuthority('Other') }), files()]],
    ['a server whose certificate ran out', () => [certify('triton', by, -1), files()]],
    ['no certificate of our own', () => [theirs, { caFile: file('ca', authority.cert) }]],
    [
      'our certificate from another authority',
      () => {
        const { cert, key } = certify('attune', { called: 'Other', authority: makeAuthority('Other') })
        return [theirs, { caFile: file('ca', authority.cert), certFile: file('cert2', cert), keyFile: file('key2', key) }]
      },
    ],
    ['an authority that we were not told of', () => [theirs, { certFile: file('cert', ours.cert), keyFile: file('key', ours.key) }]],
  ])('%s leaves the models here', async (_, make) => {
    expect(await withTls(...make())).toEqual({
      value: expect.closeTo(DOSE, 9),
      execution: 'cpu',
      fallback: expect.stringMatching(/could not be reached \([A-Z_0-9]+\)/),
    })
  })
})

describe('Batches on an inference server', () => {
  const batchOf = (from: Models) => {
    const model = from.get('kfre')
    const variant = model?.variants[0]
    if (!model || !variant) throw new Error('no kfre model')
    const rows = encodeBatch(
      variant,
      Array.from({ length: 700 }, (_, n) => ({ ...variant.graph.reference, age: 40 + (n % 50) })),
    )
    return { model, id: variant.spec.id, rows }
  }
  const openOn = (url: string) =>
    openBatches({ modelsDir, inference: { execution: 'remote', inference: { ...settings({ url }), token: null } }, workers: 1 })

  it('go there in requests of many rows, and give the numbers that the CPU gives', async () => {
    const remote = await start()
    const { model, id, rows } = batchOf(remote)
    const [there, here] = [openOn(server.url), openBatches({ modelsDir, inference: { execution: 'cpu' }, workers: 1 })]
    server.seen.length = 0
    const [one, other] = [await there.run(model, id, rows), await here.run(model, id, rows)]
    expect([one.execution, one.problems.size, there.fallbacks.size]).toEqual([['remote'], 0, 0])
    const largest = Math.max(
      ...Object.entries(one.outputs).flatMap(([name, { value }]) =>
        [...value].map((each, n) => Math.abs(each - (other.outputs[name]?.value[n] ?? Number.NaN))),
      ),
    )
    expect(largest).toBeLessThan(1e-9)
    const counts = server
      .infers()
      .map(({ body, headers }) => JSON.parse(body.toString('utf8', 0, Number(headers[JSON_LENGTH]))).inputs[0].shape[0])
    expect(counts).toContain(700)
    await there.close()
    await here.close()
  })

  it('run here when it is away, and say so', async () => {
    const remote = await start()
    const { model, id, rows } = batchOf(remote)
    const batches = openOn('http://127.0.0.1:9')
    const { execution, problems } = await batches.run(model, id, rows)
    expect([execution, problems.size]).toEqual([['cpu'], 0])
    expect(batches.fallbacks.get('kfre')).toMatch(/^the inference server .*; running on cpu$/)
    await batches.close()
  })
})
