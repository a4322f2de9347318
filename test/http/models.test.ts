import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelDetail } from '../../src/contract/models.ts'
import { CHAI_CARD_SCHEMA, MODEL_SCHEMA, MODELS_SCHEMA, OUTCOME_SCHEMA, SOURCE_ATTRIBUTES_SCHEMA } from '../../src/http/answer-schemas.ts'
import { makeCatalogue } from '../../src/risk/governance/catalogue.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { copyModels } from '../risk/models-copy.ts'
import { readXml } from '../risk/read-xml.ts'
import { type Running, start } from './server-under-test.ts'

const AT = '2026-11-21T10:00:00.000Z'
const SETTINGS = {
  kidney: { use: 'off' as const, offOnAct: false },
  'opioid-risk': { use: 'shadow' as const, challengerOf: 'kfre', offOnAct: false },
}
let copy: ReturnType<typeof copyModels>
let models: Models
let running: Running
beforeAll(async () => {
  copy = copyModels('af', 'kfre', 'kidney', 'opioid-risk')
  const { dir } = copy
  writeFileSync(join(dir, 'af', 'card.json'), '{}')
  models = await loadModels(dir, { execution: 'cpu', strict: false, models: SETTINGS })
  running = await start({ config: { auth: 'required' }, kit: { models: makeCatalogue(models, AT, dir) } })
})
afterAll(async () => {
  await running.close()
  await models.close()
  copy.remove()
})

const get = (path: string, accept?: string) => fetch(running.url + path, accept === undefined ? {} : { headers: { accept } })
const json = async (path: string): Promise<unknown> => (await get(path)).json()

describe('the models, to everybody who reaches the server', () => {
  it('are listed with state, version, hash, execution, vectors and what is off; one that did not load says why', async () => {
    const { models: rows } = MODELS_SCHEMA.parse(await json('/api/models'))
    expect(rows.map(({ id, state }) => [id, state])).toEqual([
      ['af', 'not-served'],
      ['kfre', 'serving'],
      ['kidney', 'serving'],
      ['opioid-risk', 'serving'],
    ])
    const [af, kfre, , opioid] = rows
    expect(af).toEqual({ id: 'af', state: 'not-served', because: expect.stringContaining('card.json') })
    expect(kfre).toMatchObject({
      version: '1.0.0',
      execution: 'cpu',
      fallback: null,
      verified: { state: 'independent' },
      standing: 'published',
      off: [],
    })
    if (kfre?.state !== 'serving' || opioid?.state !== 'serving') throw new Error('not served')
    expect(kfre.vectors).toEqual({ passed: kfre.vectors.of, of: models.get('kfre')?.vectors.length, at: AT })
    expect(opioid.off.map(({ because }) => because.length > 0)).toEqual(opioid.off.map(() => true))
    expect(opioid.off.length).toBeGreaterThan(0)
  })

  it('say who is switched off, and who only runs in the shadow', async () => {
    const { models: rows } = MODELS_SCHEMA.parse(await json('/api/models'))
    expect(rows.flatMap((row) => (row.state === 'serving' ? [[row.id, row.use]] : []))).toEqual([
      ['kfre', { state: 'on', because: null }],
      ['kidney', { state: 'off', because: 'Switched off in the configuration.' }],
      ['opioid-risk', { state: 'shadow', because: 'Compared with kfre.' }],
    ])
  })

  it('give all of one: inputs with units, codes and limits, variants with terms, hashes', async () => {
    const detail: ModelDetail = MODEL_SCHEMA.parse(await json('/api/models/kfre'))
    expect(detail.inputs.find(({ name }) => name === 'acr_mg_g')).toMatchObject({
      unit: 'mg/g',
      range: { low: 0.01, high: 30000 },
      freshDays: 730,
      missing: 'Without it nothing is computed.',
      codes: expect.arrayContaining([{ system: 'http://loinc.org', code: '9318-7', display: expect.any(String) }]),
    })
    expect(detail.variants.map(({ id }) => id)).toEqual(models.get('kfre')?.variants.map(({ spec }) => spec.id))
    expect(detail.variants.every(({ outputs }) => outputs.every(({ terms }) => terms !== null && terms.rows.length > 0))).toBe(true)
    expect(detail.files).toEqual([{ file: 'model.onnx', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  })

  it('give their 31 and 13 source attributes', async () => {
    const all = SOURCE_ATTRIBUTES_SCHEMA.parse(await json('/api/models/kfre/source-attributes'))
    expect([all.predictive.flatMap(({ attributes }) => attributes).length, all.evidenceBased.length]).toEqual([31, 13])
  })

  it.each<[string, string | undefined, string]>([
    ['/api/models/kfre/card', undefined, 'application/json'],
    ['/api/models/kfre/card', '*/*', 'application/json'],
    ['/api/models/kfre/card', 'application/xml', 'application/xml'],
    ['/api/models/kfre/card', 'text/markdown, application/xml;q=0.5', 'text/markdown'],
    ['/api/models/kfre/card', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/xml'],
    ['/api/models/kfre/card.xml', 'application/json', 'application/xml'],
    ['/api/models/kfre/card.json', 'application/xml', 'application/json'],
    ['/api/models/kfre/card.md', undefined, 'text/markdown'],
  ])('give the card: %s, asked for as %s, is %s', async (path, accept, type) => {
    const answer = await get(path, accept)
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([200, type])
    expect(answer.headers.get('vary') ?? '').toContain(path.endsWith('card') ? 'Accept' : '')
    const text = await answer.text()
    if (type === 'application/xml') expect(readXml(text).name).toBe('AppliedModelCard')
    if (type === 'application/json') CHAI_CARD_SCHEMA.parse(JSON.parse(text))
    if (type === 'text/markdown') expect(text).toMatch(/^# Kidney failure/)
  })

  it.each<[string, string | undefined, number]>([
    ['/api/models/nosuch', undefined, 404],
    ['/api/models/nosuch/card.xml', undefined, 404],
    ['/api/models/af', undefined, 404],
    ['/api/models/__proto__/source-attributes', undefined, 404],
    ['/api/models/..%2Fkfre/card', undefined, 404],
    ['/api/models/kfre/card', 'image/png', 406],
    ['/api/models/kfre/card.pdf', undefined, 404],
  ])('%s, asked for as %s, is refused with %i', async (path, accept, status) => {
    const answer = await get(path, accept)
    expect(answer.status).toBe(status)
    OUTCOME_SCHEMA.parse(await answer.json())
  })
})
