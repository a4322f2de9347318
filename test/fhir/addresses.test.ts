import { expect, test } from 'vitest'
import { isPublicAddress } from '../../src/fhir/addresses.ts'
import { canonicalBase, trustedBase } from '../../src/fhir/trusted-servers.ts'
import { openSession, sendJson, serveFhir } from './fault-server.ts'

test.each([
  '127.0.0.1',
  '127.9.9.9',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  '[::1]',
  'localhost',
  '2130706433',
  '0x7f000001',
  '',
])('%s is not a public address', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2606:4700::1111', '[2606:4700::1111]'])(
  '%s is a public address',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

/** Hosts that all end at this machine, in the spellings that filters forget. */
test.each(['127.0.0.1', 'localhost', 'localhost.', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'])(
  'a server at %s is not connected to unless private addresses are allowed',
  async (host) => {
    const server = await serveFhir((_req, res) => sendJson(res, { resourceType: 'Patient', id: 'p1' }))
    const { session, close } = openSession(`http://${host}:${new URL(server.origin).port}/fhir`, { allowPrivateAddresses: false })
    const answer = await session.ask('Patient/p1')
    close()
    await server.close()
    expect({ state: answer.state, asked: server.asked }).toEqual({ state: 'failed', asked: [] })
  },
)

test('plain http is refused where it is not allowed, without a connection', async () => {
  const server = await serveFhir((_req, res) => sendJson(res, {}))
  const { session, close } = openSession(server.base, { allowHttp: false })
  expect(await session.ask('Patient/p1')).toMatchObject({ state: 'failed', because: 'The FHIR server is not reached over https.' })
  expect(server.asked).toEqual([])
  close()
  await server.close()
})

const client = { fhirServers: ['https://ehr.example.org/fhir/r4/', 'http://[2001:db8::1]:8080/fhir'] }

test.each([
  'https://ehr.example.org/fhir/r4',
  'https://ehr.example.org/fhir/r4/',
  'https://EHR.example.org:443/fhir/r4',
  'HTTPS://ehr.example.org/fhir/r4',
  'http://[2001:db8::1]:8080/fhir/',
])('%s names a registered base', (fhirServer) => {
  expect(trustedBase(client, fhirServer)).toMatch(/^https:\/\/ehr\.example\.org\/fhir\/r4$|^http:\/\/\[2001:db8::1\]:8080\/fhir$/)
})

test.each([
  'http://ehr.example.org/fhir/r4',
  'https://ehr.example.org/fhir',
  'https://ehr.example.org/fhir/r4/more',
  'https://ehr.example.org/fhir/r4x',
  'https://ehr.example.org:8443/fhir/r4',
  'https://ehr.example.org.evil.test/fhir/r4',
  'https://ehr.example.org@evil.test/fhir/r4',
  'https://user@ehr.example.org/fhir/r4',
  'https://evil.test/?https://ehr.example.org/fhir/r4',
  'https://ehr.example.org/fhir/r4?x=1',
  'https://ehr.example.org/fhir/r4#x',
  'https://ehr.example.org\\@evil.test/fhir/r4',
  'https://ehr.example.org/fhir\\r4',
  ' https://ehr.example.org/fhir/r4',
  'https://ehr.example.org/fhir/r4\n',
  'https://ehr.example.org./fhir/r4',
  'https://еhr.example.org/fhir/r4',
  'https://ehr.example.org/FHIR/r4',
  '//ehr.example.org/fhir/r4',
  'ehr.example.org/fhir/r4',
  'file:///fhir/r4',
  'javascript:alert(1)',
  '',
  '__proto__',
  'http://127.0.0.1/fhir',
  'http://169.254.169.254/latest/meta-data',
  'http://2130706433/fhir',
])('%j names no registered base', (fhirServer) => {
  expect(trustedBase(client, fhirServer)).toBeNull()
})

test('a base is compared without its trailing slash', () => {
  expect(canonicalBase('https://a.test/fhir///')).toBe('https://a.test/fhir')
})
