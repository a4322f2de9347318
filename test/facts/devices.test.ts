import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { roomOf } from '../../src/facts/observation-rooms.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theKnowledge, theTerms } from '../builders/knowledge.ts'
import { aPatient, UCUM } from '../builders/patient.ts'

const LOINC = 'http://loinc.org'
const subject = { reference: 'Patient/p1' }
type Resource = { readonly resourceType: string; readonly [member: string]: unknown }

const read = (...resources: readonly Resource[]) => {
  const patient = aPatient()
  for (const resource of resources) patient.with(resource)
  return readFacts(deepFreeze(patient.record()), theTerms())
}
const loinc = (code: string, text?: string) => ({ coding: [{ system: LOINC, code }], ...(text ? { text } : {}) })
const category = (code: string) => [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] }]
const quantity = (value: unknown, code: string) => ({ value, unit: code, system: UCUM, code })
const observation = (id: string, members: object): Resource => ({ resourceType: 'Observation', id, status: 'final', subject, ...members })
const samples = (members: object) => ({ origin: quantity(0, 'mg/dL'), period: 300_000, dimensions: 1, data: '100 101', ...members })

const sensor = (id: string, start: string, members: object = {}, data: object = {}) =>
  observation(id, { code: loinc('99504-3'), effectivePeriod: { start }, valueSampledData: samples(data), ...members })

describe('series', () => {
  test('days of one sensor become one series; the pause between them stays a pause', () => {
    const { devices } = read(sensor('b', '2026-11-02T00:00:00-06:00'), sensor('a', '2026-11-01T00:00:00-06:00'))
    expect(devices.map(({ ref, kind, resources, points }) => ({ ref, kind, resources, points }))).toEqual([
      {
        ref: 'Observation/b',
        kind: 'glucose',
        resources: 2,
        points: {
          from: Date.parse('2026-11-01T06:00:00Z'),
          steps: [
            [300_000, 1],
            [86_100_000, 1],
            [300_000, 1],
          ],
          offsets: [[-360, 4]],
          values: [100, 101, 100, 101],
        },
      },
    ])
  })

  test('two sensors are two series, and each says its device', () => {
    const device = (id: string, name: string): Resource => ({
      resourceType: 'Device',
      id,
      deviceName: [{ name, type: 'user-friendly-name' }],
      patient: subject,
    })
    const { devices } = read(
      device('one', 'Arm sensor'),
      device('two', 'Belly sensor'),
      sensor('a', '2026-11-01T00:00:00Z', { device: { reference: 'Device/one' }, performer: [subject] }),
      sensor('b', '2026-11-01T00:00:00Z', { device: { reference: 'Device/two' } }),
    )
    expect(devices.map(({ device: ref, deviceName, by }) => [ref, deviceName, by])).toEqual([
      ['Device/one', 'Arm sensor', 'patient'],
      ['Device/two', 'Belly sensor', undefined],
    ])
  })

  test('values sampled together are told apart as channels', () => {
    const { devices } = read(sensor('a', '2026-11-01T00:00:00Z', {}, { dimensions: 3, data: '1 2 3 4 5 6' }))
    expect(devices.map(({ channel, points }) => [channel, points.values])).toEqual([
      [{ index: 1, of: 3 }, [1, 4]],
      [{ index: 2, of: 3 }, [2, 5]],
      [{ index: 3, of: 3 }, [3, 6]],
    ])
  })

  test.each([
    ['R5 interval', { period: undefined, interval: 5, intervalUnit: 'min' }, [100, 101]],
    ['factor and origin', { origin: quantity(50, 'mg/dL'), factor: 0.5 }, [100, 100.5]],
    ['numbers as text and small letters', { data: ' 100   e\n 90 l' }, [100, 'E', 90, 'L']],
  ])('%s is understood', (_what, data, values) => {
    expect(read(sensor('a', '2026-11-01T00:00:00Z', {}, data)).devices[0]?.points.values).toEqual(values)
  })

  test.each([
    ['no origin', { origin: undefined }],
    ['a period of zero', { period: 0 }],
    ['a period back in time', { period: -5 }],
    ['half a dimension', { dimensions: 1.5 }],
    ['no data', { data: '' }],
    ['data that is a number', { data: 100 }],
  ])('samples with %s leave a gap and nothing else', (_what, data) => {
    const { devices, gaps } = read(sensor('a', '2026-11-01T00:00:00Z', {}, data))
    expect([devices, gaps.filter(({ about }) => about === 'devices').map(({ code, resource }) => [code, resource])]).toEqual([
      [],
      [['unreadable', 'Observation/a']],
    ])
  })

  test('words among the samples are lost readings, and that is said', () => {
    const { devices, gaps } = read(sensor('a', '2026-11-01T00:00:00Z', {}, { data: '100 <script> 101' }))
    expect([devices[0]?.points.values, gaps.filter(({ about }) => about === 'devices').length]).toEqual([[100, 'E', 101], 1])
  })

  test('a night with its stages is a total and its parts, in the middle of the night', () => {
    const stage = (code: string, value: number) => ({ code: loinc(code, code), valueQuantity: quantity(value, 'min') })
    const night = observation('night', {
      category: category('activity'),
      code: loinc('93832-4', 'Sleep'),
      effectivePeriod: { start: '2026-11-01T22:00:00Z', end: '2026-11-02T06:00:00Z' },
      valueQuantity: quantity(400, 'min'),
      component: [stage('93831-6', 60), stage('93829-0', 90)],
    })
    const { devices } = read(night)
    expect(devices.map(({ name, kind, points }) => [name, kind, points.values, points.from])).toEqual(
      [
        ['Sleep', 'sleep', [400]],
        ['93831-6', 'sleep', [60]],
        ['93829-0', 'sleep', [90]],
      ].map((row) => [...row, Date.parse('2026-11-02T02:00:00Z')]),
    )
  })

  test('blood pressure of a cuff stays a vital sign and is a course of the cuff, too', () => {
    const part = (code: string, value: number) => ({ code: loinc(code, code), valueQuantity: quantity(value, 'mm[Hg]') })
    const { devices, vitals } = read(
      observation('bp', {
        category: category('vital-signs'),
        code: loinc('85354-9'),
        effectiveDateTime: '2026-11-01T07:00:00Z',
        device: { display: 'Cuff' },
        component: [part('8480-6', 130), part('8462-4', 80)],
      }),
    )
    expect([vitals.length, devices.map(({ kind, deviceName, points }) => [kind, deviceName, points.values])]).toEqual([
      1,
      [
        ['blood-pressure', 'Cuff', [130]],
        ['blood-pressure', 'Cuff', [80]],
      ],
    ])
  })

  test('a vital sign without a device is no reading of one', () => {
    expect(
      read(
        observation('w', {
          category: category('vital-signs'),
          code: loinc('29463-7'),
          effectiveDateTime: '2026-11-01',
          valueQuantity: quantity(80, 'kg'),
        }),
      ).devices,
    ).toEqual([])
  })

  test('100,000 samples are read, and take less than 10 bytes each', () => {
    const data = Array.from({ length: 100_000 }, (_, index) => 90 + (index % 60)).join(' ')
    const [series] = read(sensor('a', '2026-01-01T00:00:00Z', {}, { period: 60_000, data })).devices
    expect(series?.points.values.length).toBe(100_000)
    expect(JSON.stringify(series?.points).length).toBeLessThan(1_000_000)
  })
})

describe('rooms', () => {
  test('every code of the table has its room, whatever its category', () => {
    const table = theKnowledge().tables.get('device-codes') as {
      readonly kinds: readonly {
        readonly elsewhere?: boolean
        readonly codes: readonly { readonly system: string; readonly code: string }[]
      }[]
      readonly ecg: { readonly recordings: readonly { readonly system: string; readonly code: string }[] }
    }
    for (const { elsewhere, codes } of table.kinds)
      for (const one of codes) expect([one.code, roomOf({ code: { coding: [one] } })]).toEqual([one.code, elsewhere ? 'vitals' : 'devices'])
    for (const one of table.ecg.recordings) expect(roomOf({ code: { coding: [one] } })).toBe('devices')
  })
})

describe('ECG', () => {
  const wave = { code: { text: 'Lead I' }, valueSampledData: { origin: quantity(0, 'uV'), period: 8, dimensions: 1, data: '0 10 E 30' } }
  const interval = (id: string, code: string, value: number) =>
    observation(id, {
      category: category('procedure'),
      code: loinc(code),
      effectiveDateTime: '2026-11-01T08:00:00Z',
      valueQuantity: quantity(value, 'ms'),
    })

  test('words of the device, intervals of the same moment and the curve belong together; the curve is not interpreted', () => {
    const { ecgs, devices, labs } = read(
      observation('ecg', {
        code: loinc('11524-6', 'ECG'),
        effectivePeriod: { start: '2026-11-01T08:00:00Z' },
        component: [{ code: { text: 'Rhythm' }, valueString: 'Inconclusive' }, wave],
      }),
      interval('qt', '8634-8', 400),
      interval('qtc', '8636-3', 431),
    )
    expect([ecgs?.length, devices]).toEqual([1, []])
    expect(ecgs?.[0]).toMatchObject({
      said: [{ name: 'Rhythm', text: 'Inconclusive' }],
      intervals: [
        { name: 'QT', value: 400, unit: 'ms' },
        { name: 'QTc', value: 431, correction: null },
      ],
      waves: [{ name: 'Lead I', unit: 'uV', points: { values: [0, 10, 'E', 30], steps: [[8, 3]] } }],
    })
    // Models read intervals among the labs: they stay there.
    expect(labs.map(({ ref }) => ref).sort()).toEqual(['Observation/qt', 'Observation/qtc'])
  })

  test.each([
    ['8636-3', null],
    ['76635-2', 'Bazett'],
    ['76634-5', 'Fridericia'],
  ])('QTc under %s says its formula: %s', (code, correction) => {
    expect(read(interval('qtc', code, 431)).ecgs?.[0]?.intervals[0]).toMatchObject({ name: 'QTc', correction })
  })

  test('an ECG taken back by its author is not shown', () => {
    const { ecgs, gaps } = read(observation('ecg', { status: 'entered-in-error', code: loinc('11524-6'), component: [wave] }))
    expect([ecgs, gaps.map(({ code }) => code)]).toEqual([[], ['withdrawn']])
  })
})

describe('devices', () => {
  test('a device is described in the words of the record; serial numbers are left out', () => {
    const { deviceList } = read({
      resourceType: 'Device',
      id: 'watch',
      status: 'active',
      manufacturer: 'Example',
      modelNumber: 'W3',
      serialNumber: 'SN-123',
      deviceName: [
        { name: 'Model 3', type: 'model-name' },
        { name: 'Wrist watch', type: 'user-friendly-name' },
      ],
      type: { text: 'Consumer wearable' },
      patient: subject,
    })
    expect(deviceList).toEqual([
      {
        ref: 'Device/watch',
        name: 'Wrist watch',
        maker: 'Example',
        model: 'W3',
        kinds: ['Consumer wearable'],
        status: 'active',
        lineage: { resource: 'Device/watch' },
      },
    ])
  })

  test('the device of another patient is not listed', () => {
    expect(
      read({ resourceType: 'Device', id: 'x', deviceName: [{ name: 'X' }], patient: { reference: 'Patient/other' } }).deviceList,
    ).toEqual([])
  })
})

describe('imaging', () => {
  const study = (members: object): Resource => ({
    resourceType: 'ImagingStudy',
    id: 's',
    status: 'available',
    subject,
    started: '2026-06-15',
    ...members,
  })

  test('UIDs, sites, sides and endpoints of a study; no accession number', () => {
    const { imaging } = read(
      study({
        identifier: [
          { type: { coding: [{ code: 'ACSN' }] }, value: 'A-77' },
          { system: 'urn:dicom:uid', value: 'urn:oid:1.2.3' },
        ],
        endpoint: [{ reference: 'https://ehr.example/fhir/Endpoint/pacs' }],
        series: [
          {
            uid: '1.2.3.4',
            modality: { code: 'MG' },
            bodySite: { code: '76752008', display: 'Breast' },
            laterality: { code: '7771000', display: 'Left' },
            numberOfInstances: 2,
          },
        ],
      }),
    )
    expect(imaging[0]).toMatchObject({
      uid: '1.2.3',
      bodySites: ['Breast'],
      laterality: ['Left'],
      endpoints: ['Endpoint/pacs'],
      instances: 2,
      modalities: ['MG'],
    })
    expect(JSON.stringify(imaging)).not.toContain('A-77')
  })

  test.each(['1.2.3/../../../admin', '1.2..3', '01.2', 'javascript:alert(1)', `1.${'2'.repeat(70)}`, 7])(
    '%s is no UID and never part of an address',
    (value) => {
      expect(read(study({ identifier: [{ system: 'urn:dicom:uid', value }], series: [{ uid: value }] })).imaging[0]).toMatchObject({
        parts: [{ uid: null }],
      })
      expect(read(study({ identifier: [{ system: 'urn:dicom:uid', value }] })).imaging[0]).not.toHaveProperty('uid')
    },
  )

  test('a radiology report keeps its conclusion, codes and attachments, and names its studies', () => {
    const { imagingReports } = read(study({}), {
      resourceType: 'DiagnosticReport',
      id: 'r',
      status: 'preliminary',
      subject,
      category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'RAD' }] }],
      code: { text: 'Mammography' },
      issued: '2026-06-15T12:00:00Z',
      imagingStudy: [{ reference: 'ImagingStudy/s' }, { reference: 'ImagingStudy/unknown' }],
      conclusion: ' <b>No suspicious mass.</b> ',
      conclusionCode: [{ text: 'BI-RADS 2' }],
      presentedForm: [{ contentType: 'application/pdf', title: 'Report', size: 10, data: 'AAAA' }],
    })
    expect(imagingReports).toEqual([
      {
        ref: 'DiagnosticReport/r',
        title: 'Mammography',
        status: 'preliminary',
        conclusion: '<b>No suspicious mass.</b>',
        conclusionCodes: [{ text: 'BI-RADS 2', codes: [] }],
        forms: [{ title: 'Report', contentType: 'application/pdf', size: 10 }],
        studies: ['ImagingStudy/s'],
        lineage: { resource: 'DiagnosticReport/r', date: '2026-06-15T12:00:00Z', dateSource: 'issued' },
      },
    ])
  })

  test('a laboratory report is none about imaging', () => {
    expect(
      read({ resourceType: 'DiagnosticReport', id: 'l', status: 'final', subject, category: category('LAB'), code: { text: 'CBC' } })
        .imagingReports,
    ).toEqual([])
  })
})

test('the whole record has what the views show', () => {
  const bundle = JSON.parse(readFileSync(join(import.meta.dirname, '../../src/sandbox/patients/p19-whole-record.json'), 'utf8'))
  const facts = readFacts(
    {
      patientId: 'p19',
      now: '2026-11-16T10:00:00Z',
      resources: bundle.entry.map((entry: { resource: Resource }) => entry.resource),
      questions: [],
      draftOrders: [],
      selections: null,
    },
    theTerms(),
  )
  const kinds = new Set(facts.devices.map(({ kind }) => kind))
  for (const kind of ['glucose', 'heart-rate', 'resting-heart-rate', 'steps', 'sleep', 'oxygen', 'weight', 'blood-pressure'] as const)
    expect(kinds).toContain(kind)
  expect([facts.ecgs?.length, facts.imaging.length, facts.imagingReports?.length]).toEqual([2, 5, 5])
  expect(facts.gaps.filter(({ about }) => about === 'devices' || about === 'imaging')).toEqual([])
})
