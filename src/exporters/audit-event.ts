type Coding = { readonly system: string; readonly code: string; readonly display?: string }
type Identified = {
  readonly identifier: { readonly system?: string; readonly value: string }
  readonly type?: string
  readonly display?: string
}
type Agent = {
  readonly type: { readonly coding: readonly Coding[] }
  readonly who: Identified
  readonly requestor: boolean
  readonly network?: { readonly address: string; readonly type: string }
}
type Entity = { readonly type: Coding; readonly role?: Coding; readonly what: Identified }

/** What of the resource is written. */
export type AuditEvent = {
  readonly resourceType: 'AuditEvent'
  readonly id: string
  readonly meta?: { readonly profile: readonly string[] }
  readonly type: Coding
  readonly subtype: readonly Coding[]
  readonly action: 'R' | 'C'
  readonly recorded: string
  readonly outcome: '0'
  readonly outcomeDesc?: string
  readonly agent: readonly Agent[]
  readonly source: { readonly site: string; readonly observer: Identified; readonly type: readonly Coding[] }
  readonly entity: readonly Entity[]
}

/**
 * FHIR R4 AuditEvent after the Basic Audit Log Patterns of IHE (BALP 1.1.3, https://profiles.ihe.net/ITI/BALP): `PatientRead` for what was
 * read and shown, `PatientCreate` and `Create` for what was stored. The codes are those of the guide's source (github.com/IHE/ITI.BasicAudit,
 * `input/fsh/PatientRead.fsh`, `PatientCreate.fsh`, `terms.fsh`): data flows from the Source Role ID to the Destination Role ID, so in a
 * read the asking side is the destination and in a create the source. The guide wants `agent.network` "as known by TCP"; the ledger keeps
 * no address of a caller, so the registered address stands there, and an agent of which none is registered has none: then no profile is claimed.
 */
const BALP = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.'
const ENTITY_TYPE = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType'
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'
const SOURCE: Coding = { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110153', display: 'Source Role ID' }
const DESTINATION: Coding = { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110152', display: 'Destination Role ID' }
const RECIPIENT: Coding = { system: `${TERMINOLOGY}/v3-ParticipationType`, code: 'IRCP', display: 'information recipient' }

/** What was done; the second subtype of the event, under the site's own address. */
export const AUDITED = {
  'patient-read': { display: 'The record of a patient was read from the EHR', interaction: 'read' },
  'decision-shown': { display: 'What was decided was given to the EHR', interaction: 'read' },
  'app-opened': { display: 'The app was opened on a patient and shown what was found', interaction: 'read' },
  feedback: { display: 'The EHR told what became of a card', interaction: 'create' },
  mark: { display: 'A flag was marked by a reviewer', interaction: 'create' },
  'sign-off': { display: 'A reviewer signed off', interaction: 'create' },
  written: { display: 'A sign-off was written to the EHR', interaction: 'create' },
  report: { display: 'A report was made', interaction: 'create' },
} as const

export type Audited = keyof typeof AUDITED

/** A machine that took part; `address` is the registered one, null where none is. */
export type Machine = { readonly name: string; readonly address: string | null }

export type AuditFacts = {
  readonly id: string
  readonly what: Audited
  /** Instant of the entry in the ledger. */
  readonly recorded: string
  readonly tenant: string
  readonly from: Machine
  readonly to: Machine
  /** Keyed digest that stands for the user; null where none is known. */
  readonly user: string | null
  /** Keyed digest that stands for the patient; null where none is known. */
  readonly patient: string | null
  /** Id of the record in the ledger. */
  readonly record: string
  readonly requestId: string | null
  readonly outcomeDesc: string | null
}

export type Site = { readonly publicUrl: string; readonly version: string }

const machine = ({ name, address }: Machine, role: Coding): Agent => ({
  type: { coding: [role] },
  who: { identifier: { value: name }, display: name },
  requestor: false,
  ...(address === null ? {} : { network: { address, type: '5' } }), // 5: a URI
})

const key = (site: Site, of: string, value: string) => ({ identifier: { system: `${site.publicUrl}/ledger/${of}`, value } })

const entitiesOf = ({ patient, record, requestId }: AuditFacts, site: Site): Entity[] => [
  {
    type: { system: `${TERMINOLOGY}/audit-entity-type`, code: '2', display: 'System Object' },
    role: { system: `${TERMINOLOGY}/object-role`, code: '4', display: 'Domain Resource' },
    what: key(site, 'record', record),
  },
  ...(patient === null
    ? []
    : [
        {
          type: { system: `${TERMINOLOGY}/audit-entity-type`, code: '1', display: 'Person' },
          role: { system: `${TERMINOLOGY}/object-role`, code: '1', display: 'Patient' },
          what: { type: 'Patient', ...key(site, 'patient-key', patient) },
        },
      ]),
  ...(requestId === null ? [] : [{ type: { system: ENTITY_TYPE, code: 'XrequestId' }, what: { identifier: { value: requestId } } }]),
]

const profileOf = ({ what, patient, from, to }: AuditFacts): string | null => {
  if (from.address === null || to.address === null) return null
  if (AUDITED[what].interaction === 'read') return patient === null ? `${BALP}Read` : `${BALP}PatientRead`
  return patient === null ? `${BALP}Create` : `${BALP}PatientCreate`
}

/** One event. It names client and tenant in words, patient and user by the ledger's keyed digests, and nothing that was found. */
export const auditEvent = (facts: AuditFacts, site: Site): AuditEvent => {
  const { id, what, recorded, tenant, from, to, user, outcomeDesc } = facts
  const { display, interaction } = AUDITED[what]
  const profile = profileOf(facts)
  return {
    resourceType: 'AuditEvent',
    id,
    ...(profile === null ? {} : { meta: { profile: [profile] } }),
    type: { system: `${TERMINOLOGY}/audit-event-type`, code: 'rest', display: 'Restful Operation' },
    subtype: [
      { system: 'http://hl7.org/fhir/restful-interaction', code: interaction },
      { system: `${site.publicUrl}/ledger/event`, code: what, display },
    ],
    action: interaction === 'read' ? 'R' : 'C',
    recorded,
    outcome: '0',
    ...(outcomeDesc === null ? {} : { outcomeDesc }),
    agent: [
      machine(from, SOURCE),
      machine(to, DESTINATION),
      ...(user === null ? [] : [{ type: { coding: [RECIPIENT] }, who: key(site, 'user-key', user), requestor: true }]),
    ],
    source: {
      site: tenant,
      observer: { identifier: { value: site.publicUrl }, display: `Attune ${site.version}` },
      type: [{ system: `${TERMINOLOGY}/security-source-type`, code: '4', display: 'Application Server' }],
    },
    entity: entitiesOf(facts, site),
  }
}
