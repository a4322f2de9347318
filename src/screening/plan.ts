import { createHash } from 'node:crypto'
import type { DecisionRecord } from '../contract/decision.ts'

/** One file of an export. `type`: by the manifest or the file's name; null when neither says it. `count`: lines by the manifest. */
export type InputFile = {
  readonly name: string
  readonly type: string | null
  readonly bytes: number
  readonly modified: string
  readonly count: number | null
}

/** Which drugs that are not taken are looked at: none, those whose guidance names a condition of the record, or all with guidance. */
export type Ahead = 'none' | 'conditions' | 'all'

export type ScreeningOptions = {
  readonly ahead: Ahead
  /** Ids of models, or `all`. Models of a drug in use are always asked. */
  readonly models: 'all' | readonly string[]
  /** Longest line of a file, in bytes. */
  readonly maxLineBytes: number
  /** Largest record of one patient, in bytes. */
  readonly maxPatientBytes: number
  /** NDJSON that one part is to hold, in bytes: one part is in memory at a time. */
  readonly partBytes: number
}

/** All that decides what comes out; written before the first unit of work, so that every worker and every later start do the same. */
export type Plan = {
  readonly layout: 1
  /** Folder of the export. */
  readonly input: string
  /** Instant at which records are read (ISO 8601). */
  readonly now: string
  readonly files: readonly InputFile[]
  /** Types that the export was asked for, by its manifest; null where that is not known: then a missing type was not asked for. */
  readonly types: readonly string[] | null
  /** Types of which the manifest names a file that is not there. */
  readonly lacking: readonly string[]
  /** Types of which the server said that it could not export all; `all` where it did not say of which. */
  readonly doubted: 'all' | readonly string[]
  /** Parts that patients are spread over, by a hash of their id. */
  readonly parts: number
  readonly options: ScreeningOptions
  readonly versions: DecisionRecord['versions']
  /** Digest of the settings that advice depends on. */
  readonly settings: string
}

/** Parts that resources without a patient are spread over. */
export const SHARED_PARTS = 64

const MOST_PARTS = 8192
/** NDJSON of FHIR shrinks to about a tenth; less would only make parts smaller. */
const GZIP_FACTOR = 12

/** By size alone: never by the number of workers, so that any number of them writes the same. */
export const partsFor = (files: readonly InputFile[], partBytes: number): number => {
  const bytes = files.reduce((sum, { name, bytes: size }) => sum + size * (name.endsWith('.gz') ? GZIP_FACTOR : 1), 0)
  return Math.min(MOST_PARTS, Math.max(1, Math.ceil(bytes / partBytes)))
}

/** 32-bit FNV-1a of a reference, as the number of a part. */
export const partOf = (key: string, parts: number): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return ((hash ^ (hash >>> 16)) >>> 0) % parts
}

/** Same plan, same digest: names the run in the queue, and recognises a run that is taken up again. */
export const digestOf = (plan: Plan): string => createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 24)
