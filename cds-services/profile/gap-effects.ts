import type { GapEffect } from '../../src/contract/background.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment, DrugAssessment } from '../../src/contract/findings.ts'
import type { Gap } from '../../src/contract/lineage.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'

/** Gaps of a whole part of the record, as against those of one entry. */
const WHOLE = new Set<Gap['code']>(['not-asked', 'not-authorized', 'not-found', 'timeout', 'unavailable', 'incomplete'])

/** Parts of the record that a replacement is checked against. */
const CHECKED: ReadonlySet<string> = new Set(['conditions', 'allergies', 'labs', 'medicines', 'pregnancy', 'patient'])

export const drugsOf = (assessment: Assessment): readonly DrugAssessment[] => [
  ...assessment.orders.flatMap(({ drugs }) => drugs),
  ...assessment.medicines,
]

/** Every estimate of an assessment, each model's answer to each question once. */
export const estimatesOf = (assessment: Assessment): readonly RiskEstimate[] => {
  const all = [...drugsOf(assessment).flatMap(({ estimates }) => estimates), ...(assessment.general ?? [])]
  return [...new Map(all.map((one) => [`${one.model.id} ${one.title}`, one])).values()]
}

const same = (a: Gap, b: Pick<Gap, 'about' | 'because'>): boolean => a.about === b.about && a.because === b.because

const rests = (value: unknown, resource: string | undefined): boolean =>
  resource !== undefined && JSON.stringify(value).includes(JSON.stringify(resource))

const weakens = (gap: Gap, drug: DrugAssessment): boolean => {
  if (drug.gaps.some((own) => same(own, gap)) || drug.genes.includes(gap.about)) return true
  if (!WHOLE.has(gap.code) || gap.resource !== undefined) return false
  if (gap.about === 'medicines') return drug.genes.length > 0
  const open = drug.findings.some(({ population }) => population?.state === 'undecided')
  return CHECKED.has(gap.about) && (drug.alternatives.length > 0 || open)
}

const genesOf = (gap: Gap, assessment: Assessment, facts: PatientFacts): string[] => {
  const known = new Set(assessment.geneCalls.map(({ gene }) => gene))
  const read = facts.readings.filter(({ lineage }) => gap.resource !== undefined && lineage.resource === gap.resource)
  return [...new Set([...(known.has(gap.about) ? [gap.about] : []), ...read.flatMap(({ gene }) => gene ?? [])])]
}

const lacks = (gap: Gap, estimate: RiskEstimate): boolean =>
  (estimate.state === 'refused' && estimate.because.some((own) => same(own, gap))) || rests(estimate.inputs, gap.resource)

/** What a model itself says it lacked, by the names that people read; a model that is not meant for this patient lacks nothing. */
const modelGaps = ({ inputs, ...estimate }: RiskEstimate): Gap[] => {
  const labels = new Map(inputs.map(({ name, label }) => [name, label]))
  if (estimate.state === 'refused')
    return estimate.because
      .filter(({ code }) => code !== 'not-asked')
      .map((gap) => ({ ...gap, about: labels.get(gap.about) ?? (/^[a-z0-9_]+$/.test(gap.about) ? estimate.title : gap.about) }))
  return estimate.missing.map(({ label, effect }): Gap => ({ about: label, code: 'incomplete', because: effect }))
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)]

/** A pair that a source merely lists takes no advice away: it stands after the drugs whose advice lacks something. */
const isListed = ({ code }: GapEffect): number => Number(code === 'no-guidance')

/** Advice on a drug comes before a gene left open, and that before an estimate; within each, what touches more. */
const moreSerious = (a: GapEffect, b: GapEffect): number =>
  isListed(a) - isListed(b) || b.drugs.length - a.drugs.length || b.genes.length - a.genes.length || b.models.length - a.models.length

/** The reason of a gap without what it is about; null where the two cannot be told apart. */
const causeOf = ({ about, because }: GapEffect): string | null => {
  if (because.startsWith(`${about}: `)) return because.slice(about.length + 2)
  const label = because.toLowerCase().indexOf(about.toLowerCase())
  const [before, after] = [because.slice(0, label), because.slice(label + about.length)]
  if (label > 0 && before === 'No ') return `None of these${after}`
  return label > 0 && before === 'The latest ' ? `The latest of each${after}` : null
}

/** Gaps of one cause that touch the same drugs and genes are one row that names them all, with every estimate that lacks one of them. */
const merged = (effects: readonly GapEffect[]): GapEffect[] => {
  const rows = new Map<string, GapEffect[]>()
  for (const effect of effects) {
    const { about, code, because, resource, drugs, genes, models } = effect
    const cause = causeOf(effect)
    const key = JSON.stringify([code, resource, drugs, genes, cause ?? [about, because, models]])
    rows.set(key, [...(rows.get(key) ?? []), effect])
  }
  return [...rows.values()].flatMap(([first, ...more]) => {
    const cause = first && causeOf(first)
    if (!first || more.length === 0 || cause == null) return first ? [first, ...more] : []
    return [
      {
        ...first,
        about: [first, ...more].map(({ about }) => about).join(', '),
        because: cause,
        models: distinct([first, ...more].flatMap(({ models }) => models)),
      },
    ]
  })
}

/**
 * Every gap with what it does: the drugs whose advice it weakens, the genes it leaves open, the models that lack it. Only what is known:
 * a gap that touches nothing has empty lists.
 */
export const gapEffects = (facts: PatientFacts, assessment: Assessment): GapEffect[] => {
  const drugs = drugsOf(assessment)
  const estimates = estimatesOf(assessment)
  const own = estimates.map((estimate) => ({ estimate, gaps: modelGaps(estimate) }))
  const all = [
    ...facts.gaps,
    ...assessment.orders.flatMap(({ gaps }) => gaps),
    ...drugs.flatMap(({ gaps }) => gaps),
    ...own.flatMap(({ gaps }) => gaps),
  ]
  const once = [...new Map(all.map((gap) => [`${gap.about}\n${gap.code}\n${gap.because}\n${gap.resource ?? ''}`, gap])).values()]
  const effects = once.map((gap): GapEffect => {
    const { about, code, because, resource } = gap
    const models = own.filter(({ estimate, gaps }) => gaps.some((one) => same(one, gap)) || lacks(gap, estimate))
    return {
      about,
      code,
      because,
      ...(resource === undefined ? {} : { resource }),
      drugs: distinct(drugs.filter((drug) => weakens(gap, drug)).map(({ drug }) => drug.name)),
      genes: genesOf(gap, assessment, facts),
      models: distinct(models.map(({ estimate }) => estimate.title)),
    }
  })
  return merged(effects).sort(moreSerious)
}
