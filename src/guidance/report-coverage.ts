import type { GuidanceSource } from '../contract/findings.ts'
import type { GuidanceRow, Knowledge } from './rules.ts'

export type SourceCoverage = {
  readonly source: GuidanceSource
  readonly rows: number
  readonly advice: number
  readonly listed: number
  /** Advice that a newer row of the same drug and source overrules where both match. */
  readonly partlySuperseded: number
  readonly off: readonly { readonly row: string; readonly because: string }[]
  readonly drugs: number
  readonly genes: readonly string[]
}

export type Coverage = {
  readonly version: string
  readonly asOf: string
  readonly genes: number
  readonly alleles: number
  readonly drugsWithGuidance: number
  readonly modifiers: { readonly used: number; readonly off: number }
  readonly sources: readonly SourceCoverage[]
}

const SOURCES: readonly GuidanceSource[] = ['CPIC', 'DPWG', 'FDA']

const coverSource = (source: GuidanceSource, all: readonly GuidanceRow[]): SourceCoverage => {
  const rows = all.filter((row) => row.source === source)
  const count = (standing: GuidanceRow['standing']): number => rows.filter((row) => row.standing === standing).length
  return {
    source,
    rows: rows.length,
    advice: count('advice'),
    listed: count('listed'),
    partlySuperseded: rows.filter((row) => row.superseded === 'partly').length,
    off: rows.filter((row) => row.standing === 'off').map((row) => ({ row: row.id, because: row.note ?? 'no reason given' })),
    drugs: new Set(rows.map((row) => row.drug)).size,
    genes: [...new Set(rows.flatMap((row) => row.genes))].sort(),
  }
}

/** What the loaded rules hold and what of it is used, source by source. For `attune rules report`. */
export const reportCoverage = (knowledge: Knowledge): Coverage => {
  const rows = [...knowledge.guidance.values()].flat()
  const used = knowledge.modifiers.filter((row) => row.verified === 'seen').length
  return {
    version: knowledge.version,
    asOf: knowledge.asOf,
    genes: knowledge.genes.size,
    alleles: [...knowledge.genes.values()].reduce((sum, gene) => sum + Object.keys(gene.alleles).length, 0),
    drugsWithGuidance: knowledge.guidance.size,
    modifiers: { used, off: knowledge.modifiers.length - used },
    sources: SOURCES.map((source) => coverSource(source, rows)),
  }
}
