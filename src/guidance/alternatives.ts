import type { Ingredient } from '../contract/facts.ts'
import type { Action, Alternative, Finding } from '../contract/findings.ts'
import type { Product } from '../terminology/drugs.ts'
import type { Kit } from './advise.ts'
import { checkAlternative } from './check-alternative.ts'
import { type Subject, sameIngredient } from './subject.ts'

const NAMING = new Set(['alternative', 'or-alternative'])
const EXCLUDING = new Set(['not-alternative', 'also-avoid'])

/** Drug names in an action's brackets; words that describe a class or a limit are not drugs and stay text on the card. */
const namesIn = (action: Action): string[] =>
  (action.detail ?? '')
    .split(';')
    .filter((part) => !/^\s*not /.test(part))
    .flatMap((part) => part.split(':')[0]?.split(',') ?? [])
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')

/** Names after `not`: `morphine; not codeine`. */
const excludedIn = (action: Action): string[] =>
  EXCLUDING.has(action.code)
    ? namesIn(action)
    : (action.detail ?? '')
        .split(';')
        .flatMap((part) => /^\s*not (.+)$/.exec(part)?.[1]?.split(' and ') ?? [])
        .map((name) => name.trim().toLowerCase())

/** Advice for later (`if-no-response` …) names no replacement for the order at hand. */
const namesNow = (action: Action): boolean =>
  NAMING.has(action.code) && (action.condition === undefined || ['if', 'or'].includes(action.condition.kind))

type Named = { readonly drug: Ingredient; readonly by: Set<string> }

const collectNamed = (findings: readonly Finding[], subject: Subject, kit: Kit): Named[] => {
  const named: { drug: Ingredient; by: Set<string> }[] = []
  const excluded = new Set(findings.flatMap((finding) => finding.actions.flatMap(excludedIn)))
  for (const finding of findings)
    for (const name of finding.actions.filter(namesNow).flatMap(namesIn)) {
      const drug = excluded.has(name) ? null : kit.knowledge.drugs.ingredient(name)
      if (!drug || sameIngredient(drug, subject.drug)) continue
      const known = named.find((one) => sameIngredient(one.drug, drug))
      if (known) known.by.add(finding.source)
      else named.push({ drug, by: new Set([finding.source]) })
    }
  return named
}

const ORAL = /\boral\b/i
const SINGLE = (product: Product): boolean => product.tty === 'SCD' && product.ingredients.length === 1 && ORAL.test(product.name)

/** What to offer: the product that a data row cites, else the substance without a strength, so that the prescriber chooses the dose. */
const productOf = (drug: Ingredient, kit: Kit): Alternative['product'] => {
  const cited = kit.prepared.tables.alternatives.drugs[drug.name]?.product
  if (cited) return { code: cited.code, display: cited.display }
  if (drug.rxcui !== null) return { code: drug.rxcui, display: drug.name }
  const strengths = kit.knowledge.drugs.products(drug.name).filter(SINGLE)
  const only = strengths.length === 1 ? strengths[0] : undefined
  return only ? { code: only.rxcui, display: only.name } : null
}

const VERDICTS: readonly Alternative['verdict'][] = ['fits', 'caution', 'unknown', 'unfit']

/**
 * Replacements that the matching rows name, checked against this patient. Those that fit come first,
 * otherwise in the order in which the sources name them.
 */
export const findAlternatives = (findings: readonly Finding[], subject: Subject, kit: Kit): Alternative[] =>
  collectNamed(
    findings.filter((finding) => finding.kind === 'guidance'),
    subject,
    kit,
  )
    .map(({ drug, by }) => ({ drug, namedBy: [...by], ...checkAlternative(drug, subject, kit), product: productOf(drug, kit) }))
    .sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict))
