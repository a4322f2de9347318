import type { DrugIdentity, Ingredient } from '../contract/facts.ts'
import type { Coding } from '../contract/lineage.ts'

/** A product that can be ordered: RxNorm clinical drug (SCD) or branded drug (SBD). */
export type Product = {
  readonly rxcui: string
  readonly tty: 'SCD' | 'SBD'
  readonly name: string
  readonly ingredients: readonly string[]
}

/** Drug codes and names -> ingredients. Built once from `rules/drugs`; exact, never guesses on part of a word. */
export type DrugIndex = {
  /** Reference: fhir-genomics, section 5.1. */
  identify(drug: { readonly codings: readonly Coding[]; readonly text: string | null }): DrugIdentity
  /** By name or RxNorm ingredient code. */
  ingredient(nameOrRxcui: string): Ingredient | null
  /** Drugs that share the ATC group (level 4) of a drug; of several groups the one with most of them. Null where it has no ATC code. */
  atcGroup(name: string): { readonly code: string; readonly names: readonly string[] } | null
  /** Products that contain the ingredient; single-ingredient oral solids first. */
  products(ingredient: string): readonly Product[]
  product(rxcui: string): Product | null
  /** For pickers: products whose name holds all words of the text, shortest names first. */
  search(text: string, limit: number): readonly Product[]
}
