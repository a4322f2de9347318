import { SEARCH_PARAMETERS } from './search-parameters.ts'

const WRITABLE = new Set(['MedicationRequest', 'ServiceRequest', 'DocumentReference'])

const SMART_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris'

/** What the sandbox's FHIR interface does, and what it does not. */
export const capabilityStatement = (publicUrl: string, date: string) => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date,
  kind: 'instance',
  software: { name: 'Attune sandbox FHIR store' },
  implementation: {
    description:
      'Demo store over synthetic patients. It lives in memory: what is written is lost at the next start. No history, no transactions, no deletes, no _include but ImagingStudy:endpoint, no chaining; written resources are checked for required members only.',
    url: `${publicUrl}/fhir`,
  },
  fhirVersion: '4.0.1',
  format: ['json'],
  rest: [
    {
      mode: 'server',
      security: {
        cors: true,
        service: [
          {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }],
            text: 'SMART App Launch 2.2',
          },
        ],
        extension: [
          {
            url: SMART_URIS,
            extension: [
              { url: 'authorize', valueUri: `${publicUrl}/auth/authorize` },
              { url: 'token', valueUri: `${publicUrl}/auth/token` },
            ],
          },
        ],
      },
      resource: Object.entries(SEARCH_PARAMETERS).map(([type, parameters]) => ({
        type,
        interaction: [
          { code: 'read' },
          ...(type === 'Binary' ? [] : [{ code: 'search-type' }]),
          ...(WRITABLE.has(type) ? [{ code: 'create' }, { code: 'update' }] : []),
        ],
        versioning: 'versioned-update',
        readHistory: false,
        updateCreate: false,
        ...(type === 'ImagingStudy' && { searchInclude: ['ImagingStudy:endpoint'] }),
        conditionalCreate: WRITABLE.has(type) && 'identifier' in parameters,
        ...(type !== 'Binary' && {
          searchParam: [
            { name: '_id', type: 'token' },
            { name: '_lastUpdated', type: 'date' },
            ...Object.entries(parameters).map(([name, { kind }]) => ({ name, type: kind })),
          ],
        }),
      })),
    },
  ],
})

export const isWritable = (type: string): boolean => WRITABLE.has(type)
