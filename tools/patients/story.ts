import type { Chart, Person } from './chart.ts'
import type { Problem } from './codes.ts'
import type { Dosage, ProductName } from './medicines.ts'

/** What should happen when the order of a story is signed. Our own words; the year is that of the guideline. */
export type Expectation = {
  /** Kind of the card, as in `CardTrace.concern`; `silence` = no card. */
  readonly concern: 'guidance' | 'test-first' | 'not-assessed' | 'silence'
  readonly genes: readonly string[]
  readonly action: string
  readonly why: string
  /** What the card must cite; empty where nothing could be assessed. `year` is null where our source names none. */
  readonly sources: readonly { readonly source: 'CPIC' | 'DPWG' | 'FDA'; readonly guideline: string; readonly year: number | null }[]
}

export type Story = {
  readonly id: string
  readonly title: string
  readonly story: string
  readonly person: Person
  readonly order: { readonly product: ProductName; readonly dosage: Dosage; readonly reason: Problem }
  readonly expect: Expectation
  /** Adds everything but the Patient, which is there already. The last Encounter that is in progress is the order's. */
  readonly write: (chart: Chart) => void
}

/** Guideline pages, by ClinPGx id. */
export const guideline = (id: string): string => `https://www.clinpgx.org/guidelineAnnotation/${id}`
export const cpic = (id: string, year: number) => ({ source: 'CPIC' as const, guideline: guideline(id), year })
export const dpwg = (id: string, year: number | null) => ({ source: 'DPWG' as const, guideline: guideline(id), year })

/** US Core race and ethnicity categories (OMB). */
export const WHITE = { code: '2106-3', display: 'White' }
export const BLACK = { code: '2054-5', display: 'Black or African American' }
export const ASIAN = { code: '2028-9', display: 'Asian' }
export const HISPANIC = { code: '2135-2', display: 'Hispanic or Latino' }
export const NOT_HISPANIC = { code: '2186-5', display: 'Not Hispanic or Latino' }
