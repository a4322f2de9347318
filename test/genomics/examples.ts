import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FhirResource } from '../../src/contract/facts.ts'
import { type GenomicFacts, readGenomics } from '../../src/facts/genomics/read-genomics.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { recordOf } from './results.ts'

/** Our own examples: FHIR files of every shape, and what should be read in each (`expected.json`, layout: docs/verify.md). */
export const FOLDER = fileURLToPath(new URL('./examples', import.meta.url))

type Expected = {
  readonly contextPatient: string
  readonly readings: readonly { readonly ref: string; readonly gene: string | null; readonly flags: readonly string[] }[]
  readonly merged?: readonly { readonly flags?: readonly string[] }[]
}

const parse = (name: string): unknown => JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8'))

export const EXPECTED = (parse('expected.json') as { readonly files: Readonly<Record<string, Expected>> }).files // our own file

export const FILES: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name !== 'expected.json')
  .sort()

/** One example as it stands in its file. */
export const example = (name: string): FhirResource => parse(name) as FhirResource // our own file

/** Reads a record for the patient of an example. The input is frozen: a reader that wrote into it would throw. */
export const readFor = (name: string, ...resources: readonly unknown[]): GenomicFacts =>
  readGenomics(deepFreeze({ ...recordOf(...resources), patientId: EXPECTED[name]?.contextPatient ?? '' }), theTerms())

/** The same for input that is too deep to be frozen. */
export const readUnfrozen = (name: string, ...resources: readonly unknown[]): GenomicFacts =>
  readGenomics({ ...recordOf(...resources), patientId: EXPECTED[name]?.contextPatient ?? '' }, theTerms())
