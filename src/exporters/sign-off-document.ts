import type { FhirResource } from '../contract/facts.ts'

/** System of the identifier under which a sign-off is created, so that the same one is never created twice. */
const URI = 'urn:ietf:rfc:3986'

/** Identifier as a search value, for If-None-Exist. */
export const signOffCondition = (id: string): string => `identifier=${encodeURIComponent(`${URI}|urn:uuid:${id}`)}`

/**
 * A clinical note as US Core's DocumentReference profile has it (STU 8.0: type from its clinical note types, category `clinical-note`):
 * the one write that many EHRs allow an app. Plain text, so that every EHR can show it.
 */
export const signOffDocument = (made: {
  readonly id: string
  readonly at: string
  readonly patient: string
  readonly author: { readonly reference: string | null; readonly display: string | null }
  readonly title: string
  readonly text: string
}): FhirResource => {
  const { reference, display } = made.author
  const author = reference === null && display === null ? [] : [{ ...(reference ? { reference } : {}), ...(display ? { display } : {}) }]
  return {
    resourceType: 'DocumentReference',
    identifier: [{ system: URI, value: `urn:uuid:${made.id}` }],
    status: 'current',
    docStatus: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '11488-4', display: 'Consult note' }], text: made.title },
    category: [
      {
        coding: [
          {
            system: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category',
            code: 'clinical-note',
            display: 'Clinical Note',
          },
        ],
      },
    ],
    subject: { reference: `Patient/${made.patient}` },
    date: made.at,
    ...(author.length > 0 ? { author } : {}),
    description: made.title,
    content: [
      {
        attachment: {
          contentType: 'text/plain;charset=utf-8',
          data: Buffer.from(made.text, 'utf8').toString('base64'),
          title: made.title,
          creation: made.at,
        },
      },
    ],
  }
}
