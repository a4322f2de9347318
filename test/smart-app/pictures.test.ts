import { describe, expect, test } from 'vitest'
import {
  isAllowed,
  NO_PICTURES,
  type PictureConfig,
  pictureConfigOf,
  pictureSource,
  viewerAddress,
} from '../../smart-app/app/panels/imaging/picture-sources.ts'
import type { ImagingEndpoint, ImagingStudy } from '../../src/contract/imaging.ts'

const FHIR = 'https://ehr.example/fhir'
const CONFIG: PictureConfig = {
  dicomweb: ['https://pacs.example/dicom-web'],
  sendToken: false,
  viewer: 'https://pacs.example/view?study={studyUid}',
}

const study = (more: Partial<ImagingStudy> = {}): ImagingStudy => ({
  ref: 'ImagingStudy/s',
  description: 'CT',
  modalities: ['CT'],
  started: null,
  series: 1,
  instances: 1,
  uid: '1.2.3',
  endpoints: ['Endpoint/e'],
  lineage: { resource: 'ImagingStudy/s' },
  ...more,
})
const endpoint = (address: string, more: Partial<ImagingEndpoint> = {}): ImagingEndpoint => ({
  ref: 'Endpoint/e',
  status: 'active',
  kind: 'dicom-wado-rs',
  address,
  ...more,
})

describe('where pictures are asked for', () => {
  test.each([
    ['https://ehr.example/wado', true],
    ['https://pacs.example/dicom-web', true],
    ['https://pacs.example/dicom-web/rs', true],
    ['https://pacs.example/dicom-webby', false],
    ['https://pacs.example/other', false],
    ['https://pacs.example.evil.example/dicom-web', false],
    ['https://user@ehr.example/wado', false],
    ['http://pacs.example/dicom-web', false],
    ['https://ehr.example/wado?token=1', false],
    ['https://ehr.example:8443/wado', false],
    ['javascript:alert(1)', false],
    ['//ehr.example/wado', false],
    ['', false],
  ])('%s: %s', (address, allowed) => {
    expect(isAllowed(address, FHIR, CONFIG)).toBe(allowed)
  })

  test('thumbnail first, then what older servers have; never more than the study', () => {
    const parts = [{ uid: '1.2.3.4', modality: 'CT', bodySite: null, laterality: null, instances: 1, instance: '1.2.3.4.5', endpoints: [] }]
    expect(pictureSource(study({ parts }), [endpoint('https://pacs.example/dicom-web/')], FHIR, CONFIG)).toEqual({
      kind: 'ask',
      addresses: [
        'https://pacs.example/dicom-web/studies/1.2.3/thumbnail?viewport=256,256',
        'https://pacs.example/dicom-web/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.5/rendered?viewport=256,256',
        'https://pacs.example/dicom-web/studies/1.2.3/series/1.2.3.4/rendered?viewport=256,256',
      ],
    })
  })

  const { uid: _uid, ...withoutUid } = study()
  test.each([
    ['no-uid', withoutUid, [endpoint('https://ehr.example/wado')]],
    ['no-endpoint', study(), []],
    ['not-offered', study(), [endpoint('https://ehr.example/wado', { kind: 'ihe-xds' })]],
    ['inactive', study(), [endpoint('https://ehr.example/wado', { status: 'suspended' })]],
    ['not-allowed', study(), [endpoint('https://evil.example/wado')]],
  ] as const)('no picture is a stated reason: %s', (why, of, endpoints) => {
    expect(pictureSource(of, endpoints, FHIR, CONFIG)).toEqual({ kind: 'none', why })
  })

  test('the viewer is told the study and nothing else', () => {
    expect(viewerAddress(study(), CONFIG)).toBe('https://pacs.example/view?study=1.2.3')
    expect(viewerAddress(study(), { ...CONFIG, viewer: 'javascript:{studyUid}' })).toBe(null)
    expect(viewerAddress(study(), NO_PICTURES)).toBe(null)
  })

  test('a configuration of another form allows nothing', () => {
    for (const config of [
      null,
      7,
      {},
      { imaging: {} },
      { imaging: [null, { fhirServer: FHIR, dicomweb: 'https://x' }] },
      { imaging: [{ fhirServer: 'https://other', dicomweb: [] }] },
    ])
      expect(pictureConfigOf(config, FHIR)).toEqual(NO_PICTURES)
    expect(
      pictureConfigOf({ imaging: [{ fhirServer: FHIR, dicomweb: ['https://a.example'], sendToken: true, viewer: null }] }, FHIR),
    ).toEqual({
      dicomweb: ['https://a.example'],
      sendToken: true,
      viewer: null,
    })
  })
})
