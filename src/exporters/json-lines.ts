import type { PositionName, StarCall } from '../pgx/calling/star-call.ts'
import type { GeneReport, SampleReport } from './gene-report.ts'

const nameOf = ({ rsid, chrom, pos }: PositionName): string => rsid ?? `${chrom}:${pos}`

const unique = (texts: readonly (string | null | undefined)[]): string[] => [...new Set(texts.filter((text): text is string => !!text))]

/** Terms of all genotypes that stay possible; keys (`-1639 AG`, `*57:01 positive`) where a gene has no phenotype of its own. */
const phenotypesOf = ({ genotypes }: GeneReport): string[] =>
  unique(genotypes.flatMap((one) => (one.phenotype ? [one.phenotype.term] : one.keys.filter((key) => key !== one.diplotype).slice(0, 1))))

/** How the call came about. Empty lists are left out. */
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
  used: call.used.map(({ text }) => text),
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

/**
 * Writes samples as JSON, one line each (docs/calling.md names the members). Samples that show the same of a gene may share its
 * report: its text is made once.
 */
export const makeJsonLines = (): ((report: SampleReport) => string) => {
  const kept = new WeakMap<GeneReport, string>()
  const geneText = (report: GeneReport): string => {
    const known = kept.get(report)
    if (known !== undefined) return known
    const text = JSON.stringify(geneRow(report))
    kept.set(report, text)
    return text
  }
  return ({ sample, rules, warnings, genes }) =>
    `{"sample":${JSON.stringify(sample)},"rules":${JSON.stringify(rules)},"genes":[${genes.map(geneText).join()}],"warnings":${JSON.stringify(warnings)}}\n`
}
