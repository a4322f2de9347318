import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postJson, type Served, serveSandbox } from './serve.ts'

type Resource = { resourceType: string; id: string; [member: string]: unknown }
type Bundle = {
  resourceType: string
  type: string
  total: number
  link: { relation: string; url: string }[]
  entry?: { fullUrl?: string; resource: Resource; search: { mode: string } }[]
}
type Outcome = { resourceType: string; issue: { code: string; diagnostics: string }[] }

let served: Served
let session = ''
let hook = ''

beforeAll(async () => {
  served = await serveSandbox()
  session = ((await (await postJson(served, '/sandbox/session', {})).json()) as { access_token: string }).access_token
  hook = ((await (await postJson(served, '/sandbox/hook-token', { patient: 'p01' })).json()) as { access_token: string }).access_token
})
afterAll(() => served.close())

const get = (path: string, token: string | null = session, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${served.url}/fhir/${path}`, { headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers } })
const search = async (query: string, token = session): Promise<Bundle> => (await (await get(query, token)).json()) as Bundle
const ids = (bundle: Bundle): string[] => (bundle.entry ?? []).map(({ resource }) => resource.id)
const outcome = async (response: Response) => {
  const body = (await response.json()) as Outcome
  return { status: response.status, type: body.resourceType, code: body.issue[0]?.code }
}

describe('Reading', () => {
  test('a patient comes with version, time and FHIR content type', async () => {
    const response = await get('Patient/p01')
    const body = (await response.json()) as Resource
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
    expect(response.headers.get('etag')).toBe('W/"1"')
    expect(body).toMatchObject({ resourceType: 'Patient', id: 'p01', birthDate: '1961-03-14', meta: { versionId: '1' } })
  })

  test('what is not there, and types that do not exist, are refused with an OperationOutcome', async () => {
    expect(await outcome(await get('Observation/nothing'))).toEqual({ status: 404, type: 'OperationOutcome', code: 'not-found' })
    expect(await outcome(await get('Spaceship/1'))).toEqual({ status: 404, type: 'OperationOutcome', code: 'not-supported' })
    expect(await outcome(await get('__proto__/constructor'))).toEqual({ status: 404, type: 'OperationOutcome', code: 'not-supported' })
    expect(await outcome(await fetch(`${served.url}/fhir/Patient/p01`, { method: 'DELETE' }))).toMatchObject({ status: 405 })
  })

  test('the unread report is a PDF, or a Binary for those who ask for FHIR', async () => {
    const [report] = (await search('DiagnosticReport?patient=p12&category=http://terminology.hl7.org/CodeSystem/v2-0074|GE')).entry ?? []
    const [form] = (report?.resource.presentedForm ?? []) as { url: string }[]
    const native = await get(form?.url ?? '', session, { accept: 'application/pdf' })
    expect(native.headers.get('content-type')).toBe('application/pdf')
    expect((await native.text()).slice(0, 8)).toBe('%PDF-1.4')
    const asFhir = await get(form?.url ?? '', session, { accept: 'application/fhir+json' })
    expect(((await asFhir.json()) as Resource).resourceType).toBe('Binary')
  })

  test('metadata says that the store forgets what is written, and lists what it can be searched by', async () => {
    const body = (await (await get('metadata', null)).json()) as {
      implementation: { description: string; url: string }
      rest: { resource: { type: string; interaction: { code: string }[]; searchParam?: { name: string; type: string }[] }[] }[]
    }
    expect(body.implementation).toMatchObject({ url: `${served.url}/fhir`, description: expect.stringContaining('lost at the next start') })
    const types = new Map(body.rest[0]?.resource.map((one) => [one.type, one]))
    expect(types.get('MedicationRequest')?.interaction.map(({ code }) => code)).toEqual(['read', 'search-type', 'create', 'update'])
    expect(types.get('Observation')?.interaction.map(({ code }) => code)).toEqual(['read', 'search-type'])
    expect(types.get('Observation')?.searchParam).toContainEqual({ name: 'category', type: 'token' })
  })
})

describe('Searching', () => {
  test.each([
    ['code with system', 'Observation?patient=p01&code=http://loinc.org|84413-4', 2],
    ['code without system', 'Observation?patient=p01&code=84413-4', 2],
    ['a list of codes means any of them', 'Observation?patient=p01&code=http://loinc.org|84413-4,http://loinc.org|89579-7', 5],
    ['another system does not match', 'Observation?patient=p01&code=http://snomed.info/sct|84413-4', 0],
    ['genetic category', 'Observation?subject=Patient/p01&category=GE', 3],
    ['genomic indicators', 'Condition?patient=p11&category=genomics', 2],
    ['active problems', 'Condition?patient=p16&clinical-status=active&code=http://hl7.org/fhir/sid/icd-10-cm|Z94.4', 1],
    ['medicines in use', 'MedicationRequest?patient=p03&status=active,on-hold&intent=order', 2],
    ['by id, several', 'Patient?_id=p01,p02,nobody', 2],
    ['transplants', 'Procedure?patient=p16&code=18027006', 1],
    ['visit that is going on', 'Encounter?patient=p01&status=in-progress', 1],
    ['allergies, by the patient', 'AllergyIntolerance?patient=Patient/p01', 1],
    ['absolute reference', 'AllergyIntolerance?patient=http://elsewhere.example/fhir/Patient/p01', 1],
    ['reference with its type as modifier', 'AllergyIntolerance?patient:Patient=p01', 1],
    ['name by its beginning, in any case', 'Patient?name=whitf', 1],
    ['born in a year', 'Patient?birthdate=1961', 1],
    ['both of two parameters', 'Observation?patient=p01&code=84413-4&status=final', 2],
  ])('%s', async (_title, query, total) => {
    expect((await search(query)).total).toBe(total)
  })

  test.each([
    ['eq2026-11-12', 1],
    ['2026-11', 3],
    ['ge2026-11-13', 2],
    ['gt2026-11-13', 1],
    ['lt2026-11-13', 1],
    ['le2026-11-13', 2],
    ['sa2026-11-13', 1],
    ['eb2026-11-13', 1],
    ['ne2026-11-12', 2],
    ['ge2026-11-12T08:10:00Z', 3],
    ['gt2026-11-12T08:10:00Z', 2],
  ])('troponin measured on three days, date=%s finds %i', async (date, total) => {
    expect((await search(`Observation?patient=p01&code=89579-7&date=${date}`)).total).toBe(total)
  })

  test('pages follow one another without loss or repeat, newest first', async () => {
    const dates: string[] = []
    const seen = new Set<string>()
    let url: string | undefined = `${served.url}/fhir/Observation?patient=p01&category=laboratory&_sort=-date&_count=50`
    let pages = 0
    while (url) {
      const page: Bundle = (await (await fetch(url, { headers: { authorization: `Bearer ${session}` } })).json()) as Bundle
      for (const { resource } of page.entry ?? []) {
        seen.add(resource.id)
        dates.push(String(resource.effectiveDateTime))
      }
      url = page.link.find(({ relation }) => relation === 'next')?.url
      pages += 1
      expect(page.total).toBe(183)
    }
    expect({ pages, seen: seen.size, read: dates.length }).toEqual({ pages: 4, seen: 183, read: 183 })
    expect(dates).toEqual([...dates].sort().reverse())
  })

  test('a bundle names itself, where its resources are, and nothing when it is empty', async () => {
    const found = await search('Patient?_id=p01')
    expect(found).toMatchObject({
      resourceType: 'Bundle',
      type: 'searchset',
      total: 1,
      link: [{ relation: 'self', url: `${served.url}/fhir/Patient?_id=p01&_count=100` }],
    })
    expect(found.entry?.map(({ fullUrl, search: { mode } }) => ({ fullUrl, mode }))).toEqual([
      { fullUrl: `${served.url}/fhir/Patient/p01`, mode: 'match' },
    ])
    const empty = await search('Patient?_id=nobody')
    expect(empty.total).toBe(0)
    expect(empty).not.toHaveProperty('entry')
  })

  test('POST _search answers as GET does', async () => {
    const posted = await fetch(`${served.url}/fhir/Observation/_search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session}` },
      body: new URLSearchParams({ patient: 'p01', code: 'http://loinc.org|84413-4' }),
    })
    expect(ids((await posted.json()) as Bundle)).toEqual(ids(await search('Observation?patient=p01&code=http://loinc.org|84413-4')))
  })

  test('unknown parameters are refused, unless the caller asks for lenience: then they are named as ignored', async () => {
    expect(await outcome(await get('Observation?patient=p01&flavour=sweet'))).toEqual({
      status: 400,
      type: 'OperationOutcome',
      code: 'not-supported',
    })
    expect(await outcome(await get('Observation?patient=p01&code:in=x'))).toMatchObject({ status: 400 })
    expect(await outcome(await get('Observation?patient=p01&date=yesterday'))).toMatchObject({ status: 400, code: 'invalid' })
    expect(await outcome(await get('Observation?patient=p01&_count=many'))).toMatchObject({ status: 400, code: 'invalid' })
    expect(await outcome(await get('Observation?patient=p01&_sort=flavour'))).toMatchObject({ status: 400 })
    const lenient = (await (
      await get('Observation?patient=p01&code=84413-4&flavour=sweet', session, { prefer: 'handling=lenient' })
    ).json()) as Bundle
    expect(lenient.entry?.map(({ search: { mode } }) => mode)).toEqual(['match', 'match', 'outcome'])
  })
})

describe('Rights', () => {
  test('without a token, or with a made-up one, nothing is answered', async () => {
    for (const token of [null, 'made-up']) {
      const response = await get('Patient/p01', token)
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
      expect(await outcome(response)).toEqual({ status: 401, type: 'OperationOutcome', code: 'login' })
    }
    expect((await get('Observation?patient=p01', null)).status).toBe(401)
  })

  test("a hook's token reads its own patient and nobody else's", async () => {
    expect((await get('Patient/p01', hook)).status).toBe(200)
    expect((await get('Practitioner/dr-okafor', hook)).status).toBe(200)
    expect(await outcome(await get('Patient/p02', hook))).toEqual({ status: 403, type: 'OperationOutcome', code: 'forbidden' })
    expect(await outcome(await get('Observation?patient=p02', hook))).toMatchObject({ status: 403 })
    expect(await outcome(await get('Observation?subject=Patient/p01,Patient/p02', hook))).toMatchObject({ status: 403 })
  })

  test('a search without a patient stays inside the chart of a bound token', async () => {
    expect(ids(await search('Patient', hook))).toEqual(['p01'])
    const codes = await search('Observation?code=http://loinc.org|84413-4', hook)
    expect(codes.entry?.map(({ resource }) => resource.subject)).toEqual([{ reference: 'Patient/p01' }, { reference: 'Patient/p01' }])
  })

  test('a token that may read cannot write', async () => {
    const order = {
      resourceType: 'MedicationRequest',
      status: 'draft',
      intent: 'order',
      subject: { reference: 'Patient/p01' },
      medicationCodeableConcept: { text: 'x' },
    }
    expect(await outcome(await postJson(served, '/fhir/MedicationRequest', order, hook))).toMatchObject({ status: 403, code: 'forbidden' })
  })
})

describe('Writing', () => {
  const order = {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/p05' },
    medicationCodeableConcept: {
      coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '197388' }],
      text: 'azathioprine',
    },
  }

  test('an order is kept, found, changed under its version, and not changed under an old one', async () => {
    const created = await postJson(served, '/fhir/MedicationRequest', order, session)
    const body = (await created.json()) as Resource
    expect(created.status).toBe(201)
    expect(created.headers.get('location')).toBe(`${served.url}/fhir/MedicationRequest/${body.id}`)
    expect(ids(await search('MedicationRequest?patient=p05&code=197388'))).toEqual([body.id])

    const put = (ifMatch: string) =>
      fetch(`${served.url}/fhir/MedicationRequest/${body.id}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${session}`, 'content-type': 'application/fhir+json', 'if-match': ifMatch },
        body: JSON.stringify({ ...body, status: 'stopped' }),
      })
    const updated = await put('W/"1"')
    expect({ status: updated.status, etag: updated.headers.get('etag') }).toEqual({ status: 200, etag: 'W/"2"' })
    expect((await put('W/"1"')).status).toBe(412)
    expect((await search('MedicationRequest?patient=p05&code=197388&status=active')).total).toBe(0)
  })

  test.each([
    ['of another type', { ...order, resourceType: 'ServiceRequest' }, 400],
    ['without a medication', { ...order, medicationCodeableConcept: undefined }, 422],
    ['without a patient of this server', { ...order, subject: { reference: 'Patient/nobody' } }, 422],
    ['that is a list', [order], 400],
  ])('a resource %s is refused', async (_title, body, status) => {
    expect((await postJson(served, '/fhir/MedicationRequest', body, session)).status).toBe(status)
  })

  test('broken JSON, other types and resources that are not there are refused without a crash', async () => {
    const broken = await fetch(`${served.url}/fhir/MedicationRequest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      body: '{"resourceType":',
    })
    expect(await outcome(broken)).toEqual({ status: 400, type: 'OperationOutcome', code: 'invalid' })
    expect((await postJson(served, '/fhir/Patient', { resourceType: 'Patient' }, session)).status).toBe(403)
    const missing = await fetch(`${served.url}/fhir/MedicationRequest/nothing`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, id: 'nothing' }),
    })
    expect(missing.status).toBe(405)
  })
})

describe('Other origins', () => {
  test('may read: CORS is open, as rights hang on the token alone', async () => {
    const preflight = await fetch(`${served.url}/fhir/Patient/p01`, { method: 'OPTIONS' })
    expect({ status: preflight.status, origin: preflight.headers.get('access-control-allow-origin') }).toEqual({ status: 204, origin: '*' })
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
  })
})
