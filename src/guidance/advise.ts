import type { Action, Finding, GuidanceSource } from '../contract/findings.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import { isLocal } from '../pgx/local-use.ts'
import { byMedicinesAlone, modifiersOf, underModifiers } from '../pgx/phenoconversion.ts'
import { changeGaps } from './change-gaps.ts'
import { decideConditions } from './conditions.ts'
import { seriousness, weighActions } from './consequence.ts'
import { compareDose, keepFitting } from './doses.ts'
import { fitDose } from './fit-dose.ts'
import { type GeneOption, type GeneReadout, noResult, readGene } from './gene-options.ts'
import { guidanceFinding, listedFinding } from './make-finding.ts'
import { combine, type Match, matchRows } from './match-rows.ts'
import { asInherited } from './own-inhibitors.ts'
import { decidePopulation } from './populations.ts'
import type { Prepared, RowGroup } from './prepare.ts'
import { byRowId } from './row-order.ts'
import type { GuidanceRow, Knowledge } from './rules.ts'
import type { Subject } from './subject.ts'

/** What every step of an assessment needs. */
export type Kit = {
  readonly knowledge: Knowledge
  readonly prepared: Prepared
  readonly calls: ReadonlyMap<string, GeneCall>
  readonly precedence: readonly GuidanceSource[]
}

/** What the sources say of one drug in this patient, and what could not be looked up. */
export type Advice = { readonly findings: readonly Finding[]; readonly gaps: readonly Gap[]; readonly genes: readonly string[] }

/** A gene as it acts for this drug: with what is being ordered along with it, and without the drug's own effect on its enzyme. */
export const callFor = (gene: string, { facts, drug, beside }: Subject, { calls, knowledge }: Kit): GeneCall | undefined => {
  const call = calls.get(gene)
  const table = knowledge.genes.get(gene)
  if (!call || !table) return call
  if (!('phenoconversion' in call))
    return table.special.includes('inhibitor-score')
      ? byMedicinesAlone(call, table, modifiersOf(gene, facts.medicines, knowledge.modifiers, facts.now, drug, beside))
      : call
  if (call.phenoconversion.state === 'none' && beside.length === 0) return call
  return underModifiers(call, table, modifiersOf(gene, facts.medicines, knowledge.modifiers, facts.now, drug, beside))
}

const tooOpen = (group: RowGroup): Gap => ({
  about: group.genes.join(', '),
  code: 'conflict',
  because: 'the results leave too many possibilities open',
})

const openGaps = (readouts: ReadonlyMap<string, GeneReadout>, matches: readonly Match[], kit: Kit): Gap[] =>
  [...readouts].flatMap(([gene, { open }]): Gap[] => {
    if (open === null || !matches.some((match) => !match.certain && match.keys.has(gene))) return []
    const call = kit.calls.get(gene)
    if (open === 'conflict')
      return [{ about: gene, code: 'conflict', because: call?.state === 'candidates' ? call.because : 'results differ' }]
    return [
      {
        about: gene,
        code: 'incomplete',
        because:
          open === 'no-diplotype'
            ? `the ${gene} diplotype is not stated, and the advice depends on it`
            : `only the ${gene} phenotype is known, and the advice depends on the activity score`,
      },
    ]
  })

const FIRM = ['Strong', 'Moderate']

/**
 * A row for several genes may be weaker than what the same source says for one of them alone: a further result must not silence what
 * was firm without it.
 */
const strengthAlone = (match: Match, group: RowGroup, kit: Kit): string | undefined => {
  const { row, readings } = match
  const [reading] = readings
  if (group.genes.length < 2 || row.strength !== 'Optional' || !reading) return undefined
  const limits = kit.prepared.tables.populations.genotypeLimits
  const found = group.genes.flatMap((gene) => {
    const alone = new Map([...reading].map(([one, option]) => [one, one === gene ? option : noResult] as const))
    return matchRows(group.rows, [alone], limits, kit.knowledge.genes).flatMap((one) => {
      const actions = kit.prepared.actions.get(one.row.id) ?? []
      const changes = seriousness(weighActions(kit.knowledge.actions, actions)) <= seriousness('dose')
      return changes && one.row.population === row.population ? [one.row.strength ?? ''] : []
    })
  })
  return FIRM.find((strength) => found.includes(strength))
}

const adviceOf = (match: Match, group: RowGroup, subject: Subject, kit: Kit): Finding[] => {
  const { row } = match
  const { tables, actions: parsed } = kit.prepared
  const population = row.population === undefined ? null : decidePopulation(row.population, subject, tables)
  if (population?.state === 'not') return []
  const decided = decideConditions(parsed.get(row.id) ?? [], subject, tables, kit.knowledge.modifiers)
  const actions = compareDose(keepFitting(decided.actions, subject), subject)
  const alone = strengthAlone(match, group, kit)
  const atOrder = fitDose(actions, subject, kit.knowledge)
  const label = tables.populations.populations[row.population ?? '']?.label ?? row.population ?? ''
  return [
    {
      ...guidanceFinding(
        match,
        subject,
        actions,
        weighActions(kit.knowledge.actions, actions),
        population && row.population !== undefined
          ? { code: row.population, label, state: population.state, because: population.because }
          : null,
        { facts: [...(population?.facts ?? []), ...decided.facts], met: decided.met },
      ),
      ...(alone === undefined ? {} : { strengthAlone: alone }),
      ...(atOrder === undefined ? {} : { atOrder }),
    },
  ]
}

const sameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, at) => text === other[at])

const sayOf = (actions: readonly Action[]): string => JSON.stringify(actions)

/** An undecided population whose advice is that of a decided one of the same source adds nothing. */
const withoutEchoes = (findings: readonly Finding[]): Finding[] =>
  findings.filter(
    (finding) =>
      finding.population?.state !== 'undecided' ||
      !findings.some(
        (other) =>
          other !== finding &&
          other.population?.state !== 'undecided' &&
          other.source === finding.source &&
          other.genes.join() === finding.genes.join() &&
          sayOf(other.actions) === sayOf(finding.actions),
      ),
  )

const undecidedGaps = (findings: readonly Finding[]): Gap[] =>
  findings.flatMap((finding) =>
    finding.population?.state === 'undecided'
      ? [{ about: finding.population.label, code: 'undecided' as const, because: finding.population.because }]
      : [],
  )

const staleGaps = (matches: readonly Match[]): Gap[] =>
  matches.some(({ row }) => row.superseded === 'unknown')
    ? [
        {
          about: matches[0]?.row.drug ?? '',
          code: 'stale',
          because: 'the source has since updated this guidance, and the new text was not read for this release',
        },
      ]
    : []

/** What the source says more for this result than the rows hold: it may be just what is meant for this patient. */
const partlyUnreadGaps = (matches: readonly Match[], findings: readonly Finding[]): Gap[] =>
  matches.flatMap(({ row: { id, source, unread = [] } }) =>
    unread.length === 0 || !findings.some(({ row }) => row === id)
      ? []
      : [
          {
            about: source,
            code: 'incomplete' as const,
            because: `${source} says more for this result that was not read: ${unread.join('; ')}`,
          },
        ],
  )

/** Every gene of the group as it can be read for this drug. */
export const readGroup = (group: RowGroup, subject: Subject, kit: Kit): ReadonlyMap<string, GeneReadout> =>
  new Map(group.genes.map((gene) => [gene, readFor(gene, group, subject, kit)]))

/** Where medicines alone decide how a gene acts, its missing result is still missing, and that is said. */
const readFor = (gene: string, { rows }: RowGroup, subject: Subject, kit: Kit): GeneReadout => {
  const [own, acting] = [kit.calls.get(gene), callFor(gene, subject, kit)]
  const table = kit.knowledge.genes.get(gene)
  const read = readGene(gene, acting, table, rows)
  return own?.state === acting?.state ? read : { ...read, gap: readGene(gene, own, table, rows).gap }
}

const matchGroup = (
  { inherited, acting }: RowGroup,
  readings: readonly ReadonlyMap<string, GeneOption>[],
  { prepared, knowledge }: Kit,
): Match[] => {
  const match = (rows: readonly GuidanceRow[], by: typeof readings) =>
    rows.length === 0 ? [] : matchRows(rows, by, prepared.tables.populations.genotypeLimits, knowledge.genes)
  return [...match(acting, readings), ...match(inherited, readings.map(asInherited))]
}

/** What one source says for one set of genes, and how these were read. */
type GroupAdvice = {
  readonly group: RowGroup
  readonly readouts: ReadonlyMap<string, GeneReadout>
  readonly findings: readonly Finding[]
  readonly gaps: readonly Gap[]
  readonly usable: boolean
}

const adviseGroup = (group: RowGroup, subject: Subject, kit: Kit): GroupAdvice => {
  const readouts = readGroup(group, subject, kit)
  const gaps = [...readouts.values()].flatMap((readout) => (readout.gap ? [readout.gap] : []))
  const usable = [...readouts.values()].every((readout) => readout.options.every((option) => option.state === 'called'))
  const readings = combine(readouts)
  if (readings === null) return { group, readouts, findings: [], gaps: [...gaps, tooOpen(group)], usable: false }
  const matches = matchGroup(group, readings, kit)
  const findings = withoutEchoes(matches.flatMap((match) => adviceOf(match, group, subject, kit)))
  const changes = changeGaps(group, readouts, kit)
  return {
    group,
    readouts,
    findings,
    gaps: [
      ...gaps,
      ...openGaps(readouts, matches, kit),
      ...undecidedGaps(findings),
      ...changes,
      ...staleGaps(matches),
      ...partlyUnreadGaps(matches, findings),
    ],
    usable,
  }
}

/** `likely` and `possible` phenotypes: `lPM`, `pIM`. */
const UNSURE = /^[lp](?=[A-Z])/

/** Words for a gene of the rows of a group: of all, and of those that ask for something. */
type Asked = { readonly all: ReadonlySet<string>; readonly asking: ReadonlySet<string> }

const ASKED = new WeakMap<RowGroup, ReadonlyMap<string, Asked>>()

/** Kept with the group, which never changes. */
const askedOf = (group: RowGroup, { prepared, knowledge }: Kit): ReadonlyMap<string, Asked> => {
  const known = ASKED.get(group)
  if (known) return known
  const asking = group.rows.filter((row) => {
    const weight = weighActions(knowledge.actions, prepared.actions.get(row.id) ?? [])
    return seriousness(weight) <= seriousness('monitor')
  })
  const wordsOf = (gene: string, rows: readonly GuidanceRow[]) =>
    new Set(rows.flatMap(({ when }) => when.flatMap((one) => one[gene] ?? [])))
  const made = new Map(group.genes.map((gene) => [gene, { all: wordsOf(gene, group.rows), asking: wordsOf(gene, asking) }]))
  ASKED.set(group, made)
  return made
}

/** Advice of the group that a result comes near without having its word: a `likely` phenotype, or a score that the rows leave out. */
const nearMisses = ({ group, readouts }: GroupAdvice, kit: Kit): string[] =>
  [...readouts].flatMap(([gene, { options }]) => {
    const asked = askedOf(group, kit).get(gene)
    const [clinical] = options.map((option) => option.clinical)
    if (options.length !== 1 || !clinical?.phenotype || !asked) return []
    const { asking: words, all } = asked
    const { phenotype, activityScore } = clinical
    const sure = kit.knowledge.genes.get(gene)?.phenotypes[phenotype.code.replace(UNSURE, '')]
    if (UNSURE.test(phenotype.code) && sure && words.has(sure.key))
      return [`${group.source} has advice for ${gene} ${sure.term.toLowerCase()}s, and does not speak of ${phenotype.term.toLowerCase()}s`]
    const scored = [...words].some((word) => /^≥?\d/.test(word))
    return scored && activityScore && !all.has(activityScore.text)
      ? [`${group.source} has advice by ${gene} activity score, and none for ${activityScore.text}`]
      : []
  })

/** Whether the source of a group has said something for just its genes. */
const hasSpoken = (group: RowGroup, findings: readonly Finding[]): boolean =>
  findings.some(({ source, genes }) => source === group.source && sameList(genes, group.genes))

/** What a source comes near to saying is told; when no source speaks, the drug was not assessed. */
const nearGaps = (groups: readonly GroupAdvice[], findings: readonly Finding[], subject: Subject, kit: Kit): Gap[] =>
  groups
    .filter(({ group }) => !hasSpoken(group, findings))
    .flatMap((advised) => nearMisses(advised, kit))
    .map((because) => {
      const spoken = findings.some((finding) => finding.kind === 'guidance')
      return { about: subject.drug.name, code: spoken ? ('no-guidance' as const) : ('indeterminate' as const), because }
    })

/**
 * Rows that fit this result but were not read: what they say is missing from the answer, and that is said.
 * When no other source speaks either, the drug was not assessed.
 */
const unreadGaps = (groups: readonly RowGroup[], findings: readonly Finding[], subject: Subject, kit: Kit): Gap[] =>
  groups.flatMap((group): Gap[] => {
    const readings = hasSpoken(group, findings) ? null : combine(readGroup(group, subject, kit))
    const fits = readings !== null && matchRows(group.rows, readings, [], kit.knowledge.genes).length > 0
    const code = findings.some((finding) => finding.kind === 'guidance') ? 'no-guidance' : 'unreadable'
    return fits
      ? [{ about: group.source, code, because: `${group.source} has guidance for this result that was not read for this release` }]
      : []
  })

/**
 * Rows that somebody has switched off: where one of them would have spoken, or none of its source is left, that is said. A row in the
 * shadow is not part of the answer; that it would have spoken is kept among the reasons for silence.
 */
const switchedGaps = (groups: readonly RowGroup[], findings: readonly Finding[], subject: Subject, kit: Kit): Gap[] => {
  const spoken = findings.some((finding) => finding.kind === 'guidance')
  return groups.flatMap((group) => {
    const left = kit.prepared.drugs
      .get(subject.drug.name)
      ?.groups.some(({ source, genes }) => source === group.source && genes.join() === group.genes.join())
    const readings = combine(readGroup(group, subject, kit))
    const fits = left && readings !== null ? matchGroup(group, readings, kit).map(({ row }) => row) : group.rows
    return fits.flatMap((row): Gap[] => {
      const one = kit.knowledge.switched?.get(row.id)
      if (!one) return []
      return [{ about: subject.drug.name, code: spoken || one.use === 'shadow' ? 'no-guidance' : 'unreadable', because: one.words }]
    })
  })
}

const distinctGaps = (gaps: readonly Gap[]): readonly Gap[] =>
  gaps.length < 2 ? gaps : [...new Map(gaps.map((gap) => [`${gap.about} ${gap.code} ${gap.because}`, gap])).values()]

/** Precedence of sources, decided before undecided, most serious first. */
const bySpeaking =
  (precedence: readonly GuidanceSource[]) =>
  (a: Finding, b: Finding): number =>
    Number(a.kind === 'listed') - Number(b.kind === 'listed') ||
    precedence.indexOf(a.source) - precedence.indexOf(b.source) ||
    Number(a.population?.state === 'undecided') - Number(b.population?.state === 'undecided') ||
    seriousness(a.consequence) - seriousness(b.consequence) ||
    byRowId(a.row, b.row)

const NOT_AT_ALL = new Set<Finding['consequence']>(['contraindicated', 'avoid'])

/**
 * The sources speak of drugs that reach the blood. For eye, ear, nose and skin products doses and monitoring do not carry over;
 * only what must not be used at all is kept, and asked about.
 */
const forLocalUse = ({ findings, gaps, genes }: Advice, subject: Subject): Advice => ({
  findings: findings.flatMap((finding): Finding[] => {
    if (finding.kind === 'listed') return [finding]
    if (!NOT_AT_ALL.has(finding.consequence)) return []
    const because = 'the product is for local use, and the source speaks of systemic use'
    return [{ ...finding, population: { code: 'systemic', label: 'the drug reaches the blood', state: 'undecided', because } }]
  }),
  gaps: [
    ...gaps.filter((gap) => gap.code !== 'not-tested'),
    { about: subject.drug.name, code: 'no-guidance', because: 'the guidance is for systemic use, and this product is for local use' },
  ],
  genes,
})

/** Everything that any source says of the subject's drug for this patient. */
export const advise = (subject: Subject, kit: Kit): Advice => {
  const advice = adviseSystemic(subject, kit)
  return advice.genes.length > 0 && isLocalUse(subject) ? forLocalUse(advice, subject) : advice
}

/** Whether the product is for local use. */
export const isLocalUse = ({ dose, identity }: Subject): boolean => isLocal({ dose, drug: identity })

const adviseSystemic = (subject: Subject, kit: Kit): Advice => {
  const guidance = kit.prepared.drugs.get(subject.drug.name)
  if (!guidance) return { findings: [], gaps: [], genes: [] }
  const groups = guidance.groups.map((group) => adviseGroup(group, subject, kit))
  const findings = [...groups.flatMap((group) => group.findings), ...guidance.listed.map((row) => listedFinding(row, subject))]
  const silent = groups.length > 0 && groups.every((group) => group.findings.length === 0) && groups.some((group) => group.usable)
  const gaps = groups.flatMap((group) => group.gaps)
  gaps.push(...unreadGaps(guidance.unread, findings, subject, kit))
  gaps.push(...switchedGaps(guidance.switched, findings, subject, kit))
  const near = silent || findings.length > 0 ? nearGaps(groups, findings, subject, kit) : []
  gaps.push(...near)
  if (silent && near.length === 0 && !gaps.some((gap) => gap.code === 'unreadable'))
    gaps.push({ about: guidance.genes.join(', '), code: 'no-guidance', because: 'no source has advice for this result' })
  return { findings: findings.sort(bySpeaking(kit.precedence)), gaps: distinctGaps(gaps), genes: guidance.genes }
}
