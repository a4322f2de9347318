import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { composeOffline } from '../../src/engine.ts'
import { readHookRequest } from '../../src/hooks/request.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { serve } from '../../src/main.ts'
import { projectRoot } from '../../src/project-root.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'
import { aPatient } from '../builders/patient.ts'
import { requestOf } from './alert-door.ts'
import { post } from './running-sandbox.ts'

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

const dataDir = mkdtempSync(join(tmpdir(), 'attune-digest-'))
afterAll(() => rmSync(dataDir, { recursive: true }))

const withoutToken = { ...requestOf(aPatient('digest').ordering('codeine')), note: 'é'.repeat(700_000) }
const request = { ...withoutToken, fhirAuthorization: { access_token: 'secret-of-the-ehr' } }

test('the record of a hook call has the SHA-256 of its body, byte by byte, as it was before it was packed for the way', async () => {
  const environment = { ATTUNE_DATA_DIR: dataDir, LOG_LEVEL: 'silent', PORT: '0' }
  const running = await serve(environment)
  const bytes = Buffer.from(JSON.stringify(request, null, 1))
  const send = async (body: Buffer, headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(`${running.url}/cds-services/pgx-order-sign`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: new Uint8Array(body),
    })
    await answer.arrayBuffer()
    return answer.status
  }
  const statuses = [await send(bytes, {}), await send(gzipSync(bytes), { 'content-encoding': 'gzip' })]
  await running.stop()
  expect(statuses).toEqual([200, 200])
  const config = readConfig(environment, projectRoot)
  const ledger = await openLedger(config)
  const records = (await ledger.recent(10, config.clients[0]?.tenant ?? '')).filter(
    ({ hookInstance }) => hookInstance === request.hookInstance,
  )
  await ledger.close()
  expect(records.map(({ requestDigest }) => requestDigest)).toEqual([`bytes:${sha256(bytes)}`, `bytes:${sha256(bytes)}`])
})

test('of a request of the app it is keyed: who has the ledger and no key cannot find out by trying whose record was read', async () => {
  const environment = { ATTUNE_DATA_DIR: mkdtempSync(join(dataDir, 'app-')), LOG_LEVEL: 'silent', PORT: '0' }
  const running = await serve(environment)
  const session = (await (await post(`${running.url}/sandbox/session`, {})).json()) as { access_token: string }
  const asked = { fhirServer: `${running.url}/fhir`, patient: loadPatients().stories[0]?.patient }
  const answer = await fetch(`${running.url}/api/profile`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${session.access_token}` },
    body: JSON.stringify(asked),
  })
  expect(await answer.text()).toContain('"event":"done"')
  await running.stop()
  const config = readConfig(environment, projectRoot)
  const ledger = await openLedger(config)
  const [record] = await ledger.recent(1, config.clients[0]?.tenant ?? '')
  const sealed = ledger.seal(JSON.stringify(asked))
  await ledger.close()
  expect(record).toMatchObject({ service: 'smart-app', requestDigest: `keyed:${sealed}` })
  expect(JSON.stringify(record)).not.toContain(sha256(JSON.stringify(asked)))
})

test('of a request that did not come as bytes, and of one kept by an earlier release, it is of the JSON without the token', async () => {
  const offline = await composeOffline({ ATTUNE_DATA_DIR: dataDir })
  const service = offline.services.find(({ hook }) => hook === 'order-sign')
  if (!service) throw new Error('no service at order-sign')
  const { decision } = await offline.run(service, readHookRequest(request, service))
  await offline.close()
  expect(decision.requestDigest).toBe(sha256(JSON.stringify(withoutToken)))
})
