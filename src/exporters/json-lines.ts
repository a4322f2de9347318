import type { PositionName, StarCall, UsedPosition } from '../pgx/calling/star-call.ts'
import type { GeneReport, SampleReport } from './gene-report.ts'

const nameOf = ({ rsid, chrom, pos }: PositionName): string => rsid ?? `${chrom}:${pos}`

const unique = (texts: readonly (string | null | undefined)[]): string[] => [...new Set(texts.filter((text): text is string => !!text))]

/** Terms of all genotypes that stay possible; keys (`-1639 AG`, `*57:01 positive`) where a gene has no phenotype of its own. */
const phenotypesOf = ({ genotypes }: GeneReport): string[] =>
  unique(genotypes.flatMap((one) => (one.phenotype ? [one.phenotype.term] : one.keys.filter((key) => key !== one.diplotype).slice(0, 1))))

const USED = new WeakMap<UsedPosition, string>()

/** `"rs4244285 G/A"`. Equal positions of all samples are one object, so their text is made once. */
const usedText = (one: UsedPosition): string => {
  const known = USED.get(one)
  if (known !== undefined) return known
  const text = JSON.stringify(`${nameOf(one)} ${one.bases}`)
  USED.set(one, text)
  return text
}

/** How the call came about, but for the positions used. Empty lists are left out. */
const reasonsOf = (call: StarCall): object => ({
  ...(call.alternatives.length > 0 ? { alternatives: call.alternatives.map(({ name, score }) => ({ diplotype: name, score })) } : {}),
  ...(call.diplotypes[0] ? { score: call.diplotypes[0].score } : {}),
  ...(call.undocumented.length > 0
    ? {
        undocumented: call.undocumented.map((one) => ({ position: nameOf(one), bases: one.bases, takenAsReference: one.takenAsReference })),
      }
    : {}),
  ...(call.cannotRuleOut.length > 0 ? { cannotRuleOut: call.cannotRuleOut } : {}),
  ...(call.extra.length > 0 ? { extra: call.extra.map((one) => ({ position: nameOf(one), bases: one.bases })) } : {}),
})

const isPhased = ({ phasing }: GeneReport): boolean | null => (phasing === null ? null : phasing === 'phased' || phasing === 'haploid')

const geneRow = (report: GeneReport): object => {
  const { call } = report
  return {
    gene: report.gene,
    state: report.state,
    diplotypes: report.names,
    phenotypes: phenotypesOf(report),
    activityScores: unique(report.genotypes.map((one) => one.activityScore?.text)),
    phased: isPhased(report),
    missing: call?.missing.map(nameOf) ?? [],
    uncallable: call?.uncallable.map(({ allele }) => allele) ?? [],
    notes: report.notes,
    because: report.because,
    source: report.source,
    ...(report.phasing === null ? {} : { phasing: report.phasing }),
    ...(report.preferred === null ? {} : { preferred: report.preferred }),
    ...(call?.inferred ? { inferred: call.inferred.name } : {}),
    ...(report.outside ? { outside: report.outside } : {}),
    ...(call && report.source === 'vcf' ? reasonsOf(call) : {}),
  }
}

const rowText = (report: GeneReport): string => {
  const text = JSON.stringify(geneRow(report))
  return report.call && report.source === 'vcf' ? `${text.slice(0, -1)},"used":[${report.call.used.map(usedText).join()}]}` : text
}

/** Most samples share the calls of most genes: their text is made once. Only reports without words of their own are kept. */
const makeGeneText = (): ((report: GeneReport) => string) => {
  const kept = new WeakMap<StarCall, string>()
  return (report) => {
    const plain = report.source === 'vcf' && report.call !== null && report.notes.length === report.call.notes.length ? report.call : null
    const known = plain === null ? undefined : kept.get(plain)
    if (known !== undefined) return known
    const text = rowText(report)
    if (plain !== null) kept.set(plain, text)
    return text
  }
}

/** Writes samples as JSON, one line each (docs/calling.md names the members). */
export const makeJsonLines = (): ((report: SampleReport) => string) => {
  const geneText = makeGeneText()
  return ({ sample, rules, warnings, genes }) =>
    `{"sample":${JSON.stringify(sample)},"rules":${JSON.stringify(rules)},"genes":[${genes.map(geneText).join()}],"warnings":${JSON.stringify(warnings)}}\n`
}
