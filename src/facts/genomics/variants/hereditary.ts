import type { HereditaryFinding, VariantClass, VariantName, VariantStatement } from '../../../contract/variants.ts'
import { flatMapInSlices, type Slices } from '../../../slices.ts'
import type { Node } from '../graph.ts'
import { describeVariant, isWildType } from '../variant-evidence.ts'
import { answersOf, genesIn } from './components.ts'
import { significanceOf, statementOf, type VariantContext } from './statements.ts'
import { variantKey, variantName } from './variant-name.ts'

type Draft = ReturnType<typeof statementOf>
type Sighting = {
  readonly gene: string | null
  readonly name: VariantName
  readonly zygosity: string | null
  readonly germline: boolean
  readonly draft: Draft
}

const labOf = ({ lineage, ref }: Draft): string => lineage.source ?? ref

/** Newest day of a usable statement, by laboratory. */
const newestDays = (all: readonly Draft[]): ReadonlyMap<string, string> => {
  const days = new Map<string, string>()
  for (const draft of all) {
    const day = draft.lineage.date?.slice(0, 10)
    const lab = labOf(draft)
    if (draft.objection === null && day !== undefined && day > (days.get(lab) ?? '')) days.set(lab, day)
  }
  return days
}

/** Of one laboratory the newest stands. What has no date cannot be put in order, so it stands beside the others. */
const isReplaced = (draft: Draft, newest: ReadonlyMap<string, string>): boolean =>
  draft.lineage.date !== undefined && (newest.get(labOf(draft)) ?? '') > draft.lineage.date.slice(0, 10)

const settle = (draft: Draft, newest: ReadonlyMap<string, string>): VariantStatement => {
  const { objection, ...statement } = draft
  if (objection !== null) return { ...statement, use: 'not-used', because: objection }
  if (statement.presence === 'no-call')
    return { ...statement, use: 'not-used', because: 'The laboratory could not call this position: that is not a negative result.' }
  return isReplaced(draft, newest) ? { ...statement, use: 'replaced' } : { ...statement, use: 'stands' }
}

type Verdict = VariantClass | 'not-classified' | 'absent'

const verdictOf = ({ presence, significance }: VariantStatement): Verdict =>
  presence === 'absent' ? 'absent' : (significance?.class ?? 'not-classified')

/** Pathogenic and likely pathogenic lead the same way, as do benign and likely benign: that is no conflict. */
const side = (verdict: Verdict): string => verdict.replace('likely-', '')

const standingOf = (statements: readonly VariantStatement[]): HereditaryFinding['standing'] | 'absent' => {
  const standing = statements.filter(({ use }) => use === 'stands')
  const [first] = standing
  if (!first) return 'not-usable'
  const verdicts = standing.map(verdictOf)
  return new Set(verdicts.map(side)).size > 1 ? 'conflicting' : verdictOf(first)
}

const newestFirst = (left: VariantStatement, right: VariantStatement): number =>
  (right.lineage.date ?? '').localeCompare(left.lineage.date ?? '') || (left.ref < right.ref ? -1 : 1)

const finding = (work: VariantContext, id: string, sightings: readonly Sighting[]): HereditaryFinding[] => {
  const [first] = sightings
  if (!first) return []
  const drafts = sightings.map(({ draft }) => draft)
  const newest = newestDays(drafts)
  const statements = drafts.map((draft) => settle(draft, newest)).sort(newestFirst)
  const standing = standingOf(statements)
  // A variant that was looked for and not found is a negative result, not a finding; it is told with the genes that were studied.
  if (standing === 'absent') return []
  const current = statements.filter(({ use }) => use === 'stands')
  return [
    {
      id,
      gene: first.gene,
      variant: first.name,
      zygosity: sightings.map(({ zygosity }) => zygosity).find((each) => each !== null) ?? null,
      origin: sightings.some(({ germline }) => germline) ? 'germline' : 'not-stated',
      standing,
      actionable:
        (standing === 'pathogenic' || standing === 'likely-pathogenic') && current.every(({ presence }) => presence === 'present'),
      statements,
      secondary: first.gene === null ? null : (work.terms.secondary.get(first.gene) ?? null),
    },
  ]
}

const ORDER: readonly HereditaryFinding['standing'][] = [
  'pathogenic',
  'likely-pathogenic',
  'conflicting',
  'uncertain',
  'not-classified',
  'not-usable',
  'likely-benign',
  'benign',
]

const byWeight = (left: HereditaryFinding, right: HereditaryFinding): number =>
  ORDER.indexOf(left.standing) - ORDER.indexOf(right.standing) || (left.id < right.id ? -1 : 1)

const sight = (work: VariantContext, node: Node, implications: readonly Node[]): Sighting => {
  const { codes } = work.terms
  const { resource } = node
  const [gene = null] = [node, ...implications].flatMap((each) => genesIn(each.resource, codes.components.gene))
  const [zygosity = null] = answersOf(resource, codes.components.zygosity).flatMap((code) => codes.zygosities[code] ?? [])
  const name = variantName(work.terms, resource) ?? { shown: '', ids: [] }
  const germline = answersOf(resource, codes.components.source).some((code) => codes.origins[code] === 'germline')
  return { gene, name, zygosity, germline, draft: statementOf(work, node, implications, gene) }
}

/** Whether a variant belongs here: of a gene without a table of its own, or with a class that a laboratory gave. */
export const isHereditary = (work: VariantContext, node: Node, implications: readonly Node[]): boolean => {
  if (isWildType(describeVariant(work.context.terms, node.resource))) return false
  const genes = genesIn(node.resource, work.terms.codes.components.gene)
  const classified = [node, ...implications].some((each) => significanceOf(work.terms, each.resource) !== null)
  return classified || !genes.some((gene) => work.context.terms.table(gene) !== undefined)
}

/** Findings of variants the patient was born with, by variant; what laboratories differ about stays side by side. */
export function* hereditaryFindings(
  work: VariantContext,
  variants: readonly { readonly node: Node; readonly implications: readonly Node[] }[],
): Slices<readonly HereditaryFinding[]> {
  const groups = new Map<string, Sighting[]>()
  const sightings = yield* flatMapInSlices(variants, ({ node, implications }) => [{ node, seen: sight(work, node, implications) }])
  for (const { node, seen } of sightings) {
    const key = seen.name.shown === '' ? `${seen.gene ?? '?'} ${node.ref}` : variantKey(seen.gene, seen.name)
    const same = groups.get(key)
    if (same) same.push(seen)
    else groups.set(key, [seen])
  }
  const findings = yield* flatMapInSlices(groups, ([id, same]) => finding(work, id, same))
  return findings.sort(byWeight)
}
