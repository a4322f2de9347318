import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { FakeEhr } from './fake-ehr.ts'

/** A folder with a config file in YAML and a data folder; `environment` starts a server on it. */
export const makeSite = (config: object, environment: Readonly<Record<string, string>> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-production-'))
  const path = join(folder, 'attune.yaml')
  writeFileSync(path, stringify(config))
  return {
    folder,
    path,
    dataDir: join(folder, 'data'),
    environment: { PORT: '0', ATTUNE_CONFIG: path, ATTUNE_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', ...environment },
    clear: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The config of a hospital whose EHR is `ehr`: JWT required, keys by address, one FHIR server. */
export const hospital = (ehr: FakeEhr, client: object = {}, file: object = {}) => ({
  auth: 'required',
  network: { allowHttp: true, allowPrivateAddresses: true, budgetMs: 30_000, app: { budgetMs: 60_000 } }, // a machine that stops for seconds is in time
  clients: [{ id: 'main-ehr', tenant: 'hospital', iss: ehr.issuer, jku: ehr.jku, fhirServers: [ehr.fhir], ...client }],
  canary: { everySeconds: 0 }, // its calls are in nobody's way, and in the ledger: for the tests of the canary alone
  ...file,
})

type Send = { readonly method?: string; readonly body?: unknown; readonly token?: string | null }

/** Calls as the EHR does: each with a fresh JWT for exactly this address, unless `token` says otherwise. */
export const caller =
  (url: string, ehr: FakeEhr) =>
  async (path: string, { method, body, token }: Send = {}) => {
    const authorization = token === null ? undefined : `Bearer ${token ?? ehr.sign(url + path)}`
    const response = await fetch(url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(authorization ? { authorization } : {}) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, text, headers: response.headers, json: () => JSON.parse(text) }
  }
