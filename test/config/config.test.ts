import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { AttuneError } from '../../src/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const path = join(folder, 'attune.yaml')
const ROOT = '/opt/attune'

const read = (text: string, environment: Record<string, string> = {}) => {
  writeFileSync(path, text)
  return readConfig({ ATTUNE_CONFIG: path, ...environment }, ROOT)
}

/** What the operator reads when the start is refused. */
const refusal = (text: string, environment: Record<string, string> = {}): string => {
  try {
    read(text, environment)
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'config-invalid') return error.detail
    throw error
  }
  throw new Error('the configuration was accepted')
}

describe('A config file', () => {
  it('is read from YAML and from JSON alike', () => {
    const yaml = read('auth: required\nclients:\n  - id: ehr\n    fhirServers: [https://ehr.example/fhir]\n')
    const json = read('{"auth":"required","clients":[{"id":"ehr","fhirServers":["https://ehr.example/fhir"]}]}')
    expect(yaml).toEqual(json)
    expect(yaml).toMatchObject({ mode: 'production', auth: 'required', rulesDir: `${ROOT}/rules`, modelsDir: `${ROOT}/models` })
  })

  it('cannot be changed once it is read', () => {
    const config = read('clients: [{id: ehr}]')
    expect(() => Object.assign(config.network, { allowHttp: true })).toThrow(TypeError)
  })

  it('without a word about auth asks every caller for a JWT', () => {
    expect(read('clients: []').auth).toBe('required')
  })

  it('loses the slash at the end of its public address', () => {
    expect(read('publicUrl: https://attune.example/').publicUrl).toBe('https://attune.example')
  })
})

describe('Drugs that the rules do not know', () => {
  it('are looked for nowhere unless that is configured', () => {
    expect(read('clients: []')).toMatchObject({ drugMap: null, terminology: null })
  })

  it('are found in the configured map, and at the terminology server within 300 ms', () => {
    const { drugMap, terminology } = read('drugMap: /srv/map.tsv\nterminology: {url: https://terms.example/r4}')
    expect(drugMap).toBe('/srv/map.tsv')
    expect(terminology).toMatchObject({ url: 'https://terms.example/r4', timeoutMs: 300 })
    expect(terminology?.systems).toContain('http://www.nlm.nih.gov/research/umls/rxnorm')
  })
})

describe('Where models run', () => {
  it('is the CPU unless somebody says otherwise, and no inference server is asked', () => {
    expect(read('clients: []')).toMatchObject({ execution: 'auto', models: {}, inference: { url: null, token: null, timeoutMs: 200 } })
  })

  it('is set for all models, and for single ones', () => {
    const config = read(
      'models: {kfre: {execution: remote, remote: {name: kidney, version: "3"}}}\ninference: {url: https://triton.example}',
    )
    expect(config).toMatchObject({
      execution: 'auto',
      models: { kfre: { execution: 'remote', remote: { name: 'kidney', version: '3' } } },
      inference: { url: 'https://triton.example', modelName: '{model}.{graph}' },
    })
  })

  it('the environment names the inference server before the file does', () => {
    const { inference } = read('inference: {url: https://old.example}', {
      ATTUNE_INFERENCE_URL: 'https://new.example',
      ATTUNE_INFERENCE_TOKEN: 'abc',
    })
    expect(inference).toMatchObject({ url: 'https://new.example', token: 'abc' })
  })

  it('may be a side-car on this machine over http, but no other machine unless that is allowed', () => {
    expect(read('inference: {url: "http://127.0.0.1:8000"}').inference.url).toBe('http://127.0.0.1:8000')
    expect(read('inference: {url: "http://triton:8000", allowHttp: true}').inference.url).toBe('http://triton:8000')
  })

  it.each([
    ['remote execution without a server', 'models: {kfre: {execution: remote}}', {}, 'needs ATTUNE_INFERENCE_URL or inference.url'],
    ['an execution nobody knows', 'models: {kfre: {execution: tpu}}', {}, 'models.kfre.execution'],
    ['an unknown key of a model', 'models: {kfre: {exec: cpu}}', {}, '"exec"'],
    ['another machine over http', 'inference: {url: "http://triton:8000"}', {}, 'http://triton:8000 is not https'],
    ['another scheme', 'inference: {url: "grpc://triton:8001"}', {}, 'no plain http or https address'],
    ['a password in the address', 'inference: {url: "https://a:b@triton"}', {}, 'no plain http or https address'],
    [
      'a token over http',
      'inference: {url: "http://triton:8000", allowHttp: true}',
      { ATTUNE_INFERENCE_TOKEN: 'TOPSECRET' },
      'a bearer token is never sent over http',
    ],
    [
      'two tokens',
      'inference: {url: "https://triton", tokenFile: package.json}',
      { ATTUNE_INFERENCE_TOKEN: 'TOPSECRET' },
      'named twice: tokenFile, ATTUNE_INFERENCE_TOKEN',
    ],
    ['a certificate without its key', 'inference: {url: "https://triton", certFile: package.json}', {}, 'belong together'],
    ['a certificate that is not there', 'inference: {url: "https://triton", caFile: /nowhere.pem}', {}, 'inference.caFile is not there'],
  ])('stops the start by %s', (_name, text, environment, words) => {
    const said = refusal(text, environment)
    expect(said).toContain(words)
    expect(said).not.toContain('TOPSECRET')
  })
})

describe('The start is refused', () => {
  it('by a config file that is not there: its path and the reason are named', () => {
    expect(() => readConfig({ ATTUNE_CONFIG: '/nowhere/attune.yaml' }, ROOT)).toThrow(/\/nowhere\/attune\.yaml: ENOENT/)
  })

  it('by broken YAML: the line is named, and nothing of the file is quoted', () => {
    const said = refusal('auth: required\nclients: [{id: a, iss: TOPSECRET\n')
    expect(said).toMatch(/attune\.yaml: [A-Z_]+ at line \d+, column \d+/)
    expect(said).not.toContain('TOPSECRET')
  })

  it('by an empty file', () => {
    expect(refusal('')).toContain('expected object')
  })

  it('with every unknown key and every wrong value named at once', () => {
    const said = refusal(
      'authh: open\nclients:\n  - id: a\n    secret: x\n    algorithms: [HS256]\n    fhirServers: [nope]\nnetwork: {budgetMs: 3}\nprecedence: [CPIC]\n',
    )
    for (const words of ['"authh"', '"secret"', 'clients[0].algorithms[0]', 'clients[0].fhirServers[0]', 'network.budgetMs', 'precedence'])
      expect(said).toContain(words)
  })

  it.each([
    [
      'a record system without a launch that nobody registered',
      '{ app: { standalone: [https://e.test/fhir] }, clients: [{id: a}] }',
      'app.standalone: https://e.test/fhir is no FHIR base of a client',
    ],
    ['two clients of one id', 'clients: [{id: a}, {id: a}]', 'two clients have the id a'],
    [
      'two clients of one issuer and tenant',
      'clients: [{id: a, iss: https://e, jku: https://e/k}, {id: b, iss: https://e, jku: https://e/k}]',
      'two clients have the same iss and tenant',
    ],
    ['an issuer without keys', 'clients: [{id: a, iss: https://e}]', 'client a has an iss but no keys'],
    ['keys without an issuer', 'clients: [{id: a, jku: https://e/k}]', 'client a has jku but no iss'],
    ['keys from two places', 'clients: [{id: a, iss: x, jku: https://e/k, jwks: {keys: []}}]', 'names its keys more than once: jku, jwks'],
    ['a key file that is not there', 'clients: [{id: a, iss: x, jwksFile: /nowhere.json}]', '/nowhere.json'],
    ['a plain http FHIR server', 'clients: [{id: a, fhirServers: [http://e/fhir]}]', 'http://e/fhir is not https'],
    ['a plain http key set', 'clients: [{id: a, iss: x, jku: http://e/k}]', 'http://e/k is not https'],
    ['a FHIR server of another scheme', 'network: {allowHttp: true}\nclients: [{id: a, fhirServers: ["ftp://e/fhir"]}]', 'ftp://e/fhir'],
    [
      'a terminology server over http',
      'terminology: {url: http://terms.example/r4}',
      'terminology.url http://terms.example/r4 is not https (network.allowHttp allows http)',
    ],
    [
      'user-info in a FHIR base',
      'clients: [{id: a, fhirServers: ["https://user@e/fhir"]}]',
      'an address that is not plain: "https://user@e/fhir"',
    ],
    ['a word in a key set address', 'clients: [{id: a, iss: x, jku: "https://:word@e/k"}]', 'an address that is not plain'],
    ['a backslash in a FHIR base', "clients: [{id: a, fhirServers: ['https://e\\\\f/fhir']}]", 'an address that is not plain'],
    ['a fragment in a FHIR base', 'clients: [{id: a, fhirServers: ["https://e/fhir#x"]}]', 'an address that is not plain'],
    ['letters that look like others', 'clients: [{id: a, fhirServers: ["https://еxample.org/fhir"]}]', 'an address that is not plain'],
    ['user-info in a token endpoint', 'clients: [{id: a, authorizationServers: ["https://e@evil/"]}]', 'an address that is not plain'],
    ['a FHIR base with a query', 'clients: [{id: a, fhirServers: ["https://e/fhir?x=1"]}]', 'has a FHIR base with a query'],
    ['a private range that is none', 'network: {allowPrivateAddresses: [10.0.0.0/33]}', 'network.allowPrivateAddresses'],
    ['a source twice in the precedence', 'precedence: [CPIC, CPIC, FDA]', 'precedence names CPIC twice'],
  ])('by %s', (_name, text, words) => {
    expect(refusal(text)).toContain(words)
  })

  it('with two contradictions both are named', () => {
    const said = refusal('clients: [{id: a, iss: x}, {id: a, jku: https://e/k}]')
    expect(said.match(/✖/g)).toHaveLength(3)
  })

  it('by http to EHRs in a production environment', () => {
    const text = 'network: {allowHttp: true}'
    expect(refusal(text, { NODE_ENV: 'production' })).toBe(
      'network.allowHttp is for development and is refused where NODE_ENV is "production"',
    )
    expect(read(text, { NODE_ENV: 'development' }).network.allowHttp).toBe(true)
  })

  it('by open callers on an address that others reach', () => {
    expect(refusal('auth: open', { HOST: '0.0.0.0' })).toMatch(/loopback HOST, not on 0\.0\.0\.0/)
    expect(read('auth: open', { HOST: '127.0.0.1' }).auth).toBe('open')
  })

  it('by the sandbox on an address that others reach, and says that it is the sandbox', () => {
    expect(() => readConfig({ HOST: '0.0.0.0' }, ROOT)).toThrow(/without ATTUNE_CONFIG Attune is the sandbox/)
  })

  it.each([
    ['PORT', '99999'],
    ['PORT', 'eighty'],
    ['LOG_LEVEL', 'loud'],
    ['ATTUNE_EXECUTION', 'tpu'],
  ])('by the environment variable %s=%s', (name, value) => {
    expect(() => readConfig({ [name]: value }, ROOT)).toThrow(new RegExp(`at ${name}`))
  })
})

it('an empty environment variable counts as absent', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '', ATTUNE_CONFIG: '' }, ROOT)).toMatchObject({
    port: 8088,
    databaseUrl: null,
    mode: 'sandbox',
  })
})

describe('Times that a timer of Node has to keep', () => {
  const LONGEST_MS = 2 ** 31 - 1 // of more, Node makes one millisecond

  it.each([
    ['ledger', 'walkEverySeconds'],
    ['ledger', 'signEverySeconds'],
    ['monitoring', 'everySeconds'],
    ['canary', 'everySeconds'],
    [null, 'rulesWatchSeconds'],
  ])('are refused where they are longer than it can be: %s %s', (part, key) => {
    const seconds = Math.floor(LONGEST_MS / 1000) + 1
    const setting = `${key}: ${seconds}`
    expect(refusal(part === null ? setting : `${part}: {${setting}}`)).toContain(key)
  })
})

describe('Several processes with an operations address', () => {
  const environment = {
    ATTUNE_PROCESSES: '3',
    PORT: '3000',
    DATABASE_URL: 'postgres://ledger.example/attune',
    REDIS_URL: 'redis://redis.example',
  }
  const site = (port: number): string => `clients: []\noperations: {port: ${port}}`

  it('have a port each', () => {
    expect(read(site(65533), environment).operations?.port).toBe(65533)
  })

  it.each([
    [65534, 'there is no port 65536'],
    [2998, 'PORT is among them'],
  ])('are refused where %d and the ports after it are not free for them', (port, why) => {
    expect(refusal(site(port), environment)).toContain(why)
  })
})
