import type { Ingredient } from '../contract/facts.ts'
import type { Kit } from './advise.ts'

/** Drugs that a prescriber compares with one, and who says that they belong together. */
export type DrugClassOf = { readonly label: string; readonly source: string; readonly url: string; readonly members: readonly Ingredient[] }

const ATC_INDEX = 'https://www.whocc.no/atc_ddd_index/?code='

/** The smallest class of `rules/drug-classes.json` that is there for comparing, else the drugs of the rules under the same ATC group. */
export const classOf = (drug: Ingredient, { knowledge, prepared }: Kit): DrugClassOf | null => {
  const known = (names: readonly string[]): Ingredient[] => names.flatMap((name) => knowledge.drugs.ingredient(name) ?? [])
  const own = Object.values(prepared.tables.classes.classes)
    .filter(({ compare, members }) => compare && members.includes(drug.name))
    .sort((a, b) => a.members.length - b.members.length)[0]
  if (own) return { label: own.label, source: own.source, url: own.url, members: known(own.members) }
  const group = knowledge.drugs.atcGroup(drug.name)
  if (!group || group.names.length < 2) return null
  return {
    label: `ATC ${group.code}`,
    source: `WHO ATC group ${group.code}`,
    url: `${ATC_INDEX}${group.code}`,
    members: known(group.names),
  }
}
