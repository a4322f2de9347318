import type { Ingredient } from '../contract/facts.ts'
import type { Alternative, Finding } from '../contract/findings.ts'
import type { Kit } from './advise.ts'
import { namedAsNoReplacement, namedAsReplacement, speaksNow } from './alternatives/names.ts'
import { startDose } from './alternatives/start-dose.ts'
import type { AlternativeRow } from './alternatives/table.ts'
import { checkAlternative } from './check-alternative.ts'
import { type Subject, sameIngredient } from './subject.ts'

/** `onlyFor`: set of evidence when every source that names it names it for one indication only. */
type Named = { readonly drug: Ingredient; readonly by: Set<string>; onlyFor: string | null }

/** The drug that a word of a source means, if it means one. */
const drugOf = (name: string, { knowledge, prepared }: Kit): { readonly drug: Ingredient; readonly onlyFor: string | null } | null => {
  const phrase = prepared.tables.alternatives.phrases[name]
  if (phrase && !('drug' in phrase)) return null
  const drug = knowledge.drugs.ingredient(phrase?.drug ?? name)
  return drug ? { drug, onlyFor: phrase?.onlyFor ?? null } : null
}

const collectNamed = (findings: readonly Finding[], subject: Subject, kit: Kit): Named[] => {
  const named: Named[] = []
  const excluded = findings.flatMap((finding) => finding.actions.flatMap(namedAsNoReplacement)).map((name) => drugOf(name, kit)?.drug.name)
  for (const finding of findings)
    for (const name of finding.actions.filter(speaksNow).flatMap(namedAsReplacement)) {
      const meant = drugOf(name, kit)
      if (!meant || excluded.includes(meant.drug.name) || sameIngredient(meant.drug, subject.drug)) continue
      const known = named.find((one) => sameIngredient(one.drug, meant.drug))
      if (!known) named.push({ drug: meant.drug, by: new Set([finding.source]), onlyFor: meant.onlyFor })
      else {
        known.by.add(finding.source)
        if (meant.onlyFor === null) known.onlyFor = null
      }
    }
  return named
}

const SNOMED = 'http://snomed.info/sct'
const BY_MOUTH = { code: '26643006', words: /(?<![a-z])(?:oral|orally|by mouth|po)(?![a-z])/i }
const NOT_BY_MOUTH =
  /(?<![a-z])(?:inject\w*|infusion|intravenous|i\.?v\.?|intramuscular|subcutaneous|suppositor\w+|rectal|transdermal|patch)(?![a-z])/i

/** Whether the order is given another way than by mouth: by its route, else by the words of its product. */
const isNotByMouth = ({ dose: { route }, identity }: Subject): boolean => {
  if (route?.system === SNOMED) return route.code !== BY_MOUTH.code
  return route?.display ? !BY_MOUTH.words.test(route.display) : NOT_BY_MOUTH.test(identity.text)
}

/** A tablet takes the place of an injection only where a prescriber decides so: it is named, not offered. */
const productFor = (row: AlternativeRow | undefined, ordered: Subject): Pick<Alternative, 'product' | 'noProduct'> => {
  if (!row?.product) return { product: null, noProduct: row?.noProduct ?? 'it is not in the table of replacements' }
  const { code, display } = row.product
  return BY_MOUTH.words.test(display) && isNotByMouth(ordered)
    ? { product: null, noProduct: 'the order is not by mouth, and the product known here is' }
    : { product: { code, display } }
}

const lookAt = ({ drug, by, onlyFor }: Named, ordered: Subject, kit: Kit): Alternative => {
  const row = kit.prepared.tables.alternatives.drugs[drug.name]
  const parts = row?.parts?.flatMap((name) => kit.knowledge.drugs.ingredient(name) ?? []) ?? [drug]
  const candidate = { drug, parts, ordered, row }
  const { verdict, checked, labelOpen } = checkAlternative(candidate, onlyFor, kit)
  const start = verdict === 'fits' ? startDose(candidate, kit) : null
  return {
    drug,
    namedBy: [...by],
    verdict,
    checked,
    labelOpen,
    ...productFor(row, ordered),
    ...(start ? { start } : {}),
  }
}

const VERDICTS: readonly Alternative['verdict'][] = ['fits', 'caution', 'unknown', 'unfit']

const openOf = ({ checked }: Alternative): number => checked.filter(({ result }) => result === 'not-checked').length

/**
 * Replacements that the matching rows name, checked against this patient. Those that fit come first, among them those that can be ordered
 * and those with the fewest open questions, otherwise in the order in which the sources name them.
 */
export const findAlternatives = (findings: readonly Finding[], subject: Subject, kit: Kit): Alternative[] =>
  collectNamed(
    findings.filter((finding) => finding.kind === 'guidance'),
    subject,
    kit,
  )
    .map((named) => lookAt(named, subject, kit))
    .sort(
      (a, b) =>
        VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
        Number(a.product === null) - Number(b.product === null) ||
        openOf(a) - openOf(b),
    )
