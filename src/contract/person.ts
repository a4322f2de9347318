import type { Lineage, PartialDate } from './lineage.ts'

/** A topic of rules/social-history.json, in the order in which topics are shown; `other` for codes that no row names. */
export type SocialTopic = { readonly id: string; readonly label: string; readonly german: string; readonly entries: readonly string[] }

/** Title and place of what a row rests on. */
export type RowSource = { readonly title: string; readonly pmid?: string; readonly url: string }

/** The recorded total of a questionnaire. It is never added up here. */
export type SurveyScore = {
  readonly ref: string
  readonly short: string
  readonly title: string
  readonly score: number
  readonly from: number
  readonly to: number
  /** What the authors of the questionnaire call this part of the range; or why nothing is said. */
  readonly band: { readonly word: string; readonly source: RowSource } | { readonly because: string }
  readonly lineage: Lineage
}

/** Answers as given; a group's name stands before its items. */
export type Answer = { readonly question: string; readonly answer: string | null; readonly group: string | null }

export type Questionnaire = {
  readonly ref: string
  readonly title: string
  readonly status: string | null
  readonly answers: readonly Answer[]
  readonly lineage: Lineage
}

export type Immunization = {
  readonly ref: string
  readonly name: string
  readonly status: string | null
  readonly date: PartialDate | null
  readonly lineage: Lineage
}

/** Where a relative stands in a pedigree; `beside` where the record does not say enough, or where there is no blood relation. */
export type FamilyPlace =
  | { readonly slot: FamilySlot; readonly generation: number; readonly label: string }
  | { readonly slot: 'beside'; readonly because: string; readonly label: string }

export type FamilySlot =
  | 'mother'
  | 'father'
  | 'sibling'
  | 'child'
  | 'partner'
  | 'maternal-grandmother'
  | 'maternal-grandfather'
  | 'paternal-grandmother'
  | 'paternal-grandfather'
  | 'maternal-pibling'
  | 'paternal-pibling'

/** A public statement names what this relative has. It is no advice to test. */
export type FamilyFlag = { readonly id: string; readonly says: string; readonly source: RowSource }
