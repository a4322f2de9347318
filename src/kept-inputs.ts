import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'
import type { ClientConfig, Config } from './config.ts'
import type { PastOverride } from './contract/cards.ts'
import type { FhirResource, PatientRecord } from './contract/facts.ts'
import type { Standing } from './contract/monitoring.ts'
import type { ProfileRequest } from './contract/profile.ts'
import type { InShadow } from './contract/switches.ts'
import type { Resolved } from './fhir/terminology-server.ts'
import type { ArchiveRefs } from './ledger/archive.ts'

/** What of the configuration and of the moment speaks in a decision. */
export type KeptSettings = Pick<Config, 'precedence' | 'alertPolicy' | 'country' | 'mode' | 'publicUrl' | 'models' | 'execution'> & {
  readonly archive: ArchiveRefs | null
  /** Models that were switched off or ran in the shadow. */
  readonly standing: Readonly<Record<string, Standing>>
  readonly stance: {
    readonly rules: readonly { readonly subject: string; readonly use: 'off' | 'shadow'; readonly words: string }[]
    readonly switches: readonly string[]
    /** By service. */
    readonly inShadow: Readonly<Record<string, InShadow>>
  }
}

/** What no input says: it is told again as it was. */
export type Stamp = { readonly id: string; readonly at: string; readonly ms: number; readonly requestId?: string }

/** Everything that a decision was made of, so that it can be made again to the byte. */
export type KeptCall = {
  readonly of:
    | {
        readonly kind: 'hook'
        readonly service: string
        readonly body: Readonly<Record<string, unknown>>
        /** Told again as it was: the bytes are not kept. Absent in inputs of earlier releases, whose digest is of the body as JSON. */
        readonly digest?: string | null
      }
    | {
        readonly kind: 'profile'
        readonly request: ProfileRequest
        /** Absent in inputs of earlier releases, whose digest is of the request as JSON. */
        readonly digest?: string
      }
  readonly client: ClientConfig
  /** The record as it was understood, fetched answers included. */
  readonly record: PatientRecord
  readonly terminology: Resolved | null
  readonly overridden: readonly (readonly [string, PastOverride])[]
  readonly stamp: Stamp
  readonly settings: KeptSettings
}

/** Takes what a decision was made of, and gives it back in few bytes. */
export type Keep = (call: Omit<KeptCall, 'settings'>) => Promise<Uint8Array>

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** Every resource inside a value, in the order in which JSON has them. */
const resourcesIn = (value: unknown, found: FhirResource[] = []): FhirResource[] => {
  if (!isObject(value)) return found
  if (typeof value.resourceType === 'string') found.push(value as FhirResource) // what a reader of resources takes for one
  for (const member of Object.values(value)) resourcesIn(member, found)
  return found
}

/** A resource that stands in the request is named by its place there. */
type Named = number | FhirResource

const bodyOf = ({ of }: Pick<KeptCall, 'of'>): unknown => (of.kind === 'hook' ? of.body : null)

const deflate = promisify(deflateRaw)

/** Most of a record came with the request: that is kept once. Compressed off the thread that answers calls. */
export const packInputs = async (call: KeptCall): Promise<Uint8Array> => {
  const places = new Map(resourcesIn(bodyOf(call)).map((resource, at) => [resource, at]))
  const name = (resource: FhirResource): Named => places.get(resource) ?? resource
  const { record } = call
  const packed = { ...call, record: { ...record, resources: record.resources.map(name), draftOrders: record.draftOrders.map(name) } }
  return deflate(JSON.stringify({ form: 1, ...packed }), { level: 3 })
}

/** @throws Error when it was packed by a release that packs otherwise */
export const unpackInputs = (bytes: Uint8Array): KeptCall => {
  const { form, ...packed } = JSON.parse(inflateRawSync(bytes).toString('utf8')) // what we packed ourselves
  if (form !== 1) throw new Error(`the inputs were kept in a form that this release does not know (${form})`)
  const resources = resourcesIn(bodyOf(packed as KeptCall))
  const unname = (named: Named): FhirResource | undefined => (typeof named === 'number' ? resources[named] : named)
  const { record } = packed
  return { ...packed, record: { ...record, resources: record.resources.map(unname), draftOrders: record.draftOrders.map(unname) } }
}
