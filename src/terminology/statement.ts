import type { DrugIdentity } from '../contract/facts.ts'

/** What one coding or the text says of the ingredients, by the names of `rules/drugs` where these know them. */
export type Statement = {
  readonly how: Exclude<DrugIdentity['how'], 'none' | 'terminology-server'>
  readonly names: readonly string[]
}
