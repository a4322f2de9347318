import type { Chart } from '../chart.ts'
import { addPdfReport } from '../documents.ts'
import { addGeneticReport, type Sample } from '../genomics.ts'
import { addPolygenicScore, addRegionStudied, addSignificance, addVariant } from '../variants.ts'

/** Hereditary panel of 2021. The variants are named as HGVS writes them; the person, the laboratories and the classes they give are invented. */
const addHereditaryPanel = (chart: Chart): void => {
  const sample: Sample = { date: '2021-07-05', method: 'Sequencing panel, 7 genes, with deletion and duplication analysis' }
  // The founder variant once written 6174delT: NM_000059.4:c.5946del, rs80359550, pathogenic in ClinVar.
  const brca2 = addVariant(
    chart,
    {
      gene: 'BRCA2',
      coding: 'NM_000059.4:c.5946del',
      protein: 'NP_000050.3:p.(Ser1982ArgfsTer22)',
      rsid: 'rs80359550',
      value: 'present',
      zygosity: 'heterozygous',
      source: 'germline',
    },
    sample,
  )
  const chek2 = addVariant(
    chart,
    {
      gene: 'CHEK2',
      coding: 'NM_007194.4:c.470T>C',
      protein: 'NP_009125.1:p.(Ile157Thr)',
      rsid: 'rs17879961',
      value: 'present',
      zygosity: 'heterozygous',
      source: 'germline',
    },
    sample,
  )
  const atm = addVariant(
    chart,
    {
      gene: 'ATM',
      coding: 'NM_000051.4:c.6067G>A',
      protein: 'NP_000042.3:p.(Gly2023Arg)',
      value: 'present',
      zygosity: 'heterozygous',
      source: 'germline',
    },
    sample,
  )
  const results = [
    brca2,
    addSignificance(chart, brca2, 'pathogenic', 'Hereditary breast and ovarian cancer', sample),
    chek2,
    addSignificance(chart, chek2, 'uncertain', 'Familial cancer of breast', sample),
    atm,
    addSignificance(chart, atm, 'uncertain', 'Familial cancer of breast', sample),
    addRegionStudied(chart, ['ATM', 'BRCA1', 'BRCA2', 'CHEK2', 'PALB2', 'RAD51C', 'TP53'], sample),
  ]
  addGeneticReport(chart, 'Hereditary breast cancer panel, 7 genes', results, sample)
}

/** A second laboratory in 2025: it reads CHEK2 otherwise. The first one has looked at ATM again since. */
const addLaterReadings = (chart: Chart): void => {
  const second: Sample = { date: '2025-03-18', lab: 'second-genomics-lab', method: 'Exome sequencing' }
  const chek2 = addVariant(
    chart,
    {
      gene: 'CHEK2',
      coding: 'NM_007194.4:c.470T>C',
      protein: 'NP_009125.1:p.(Ile157Thr)',
      value: 'present',
      zygosity: 'heterozygous',
      source: 'germline',
    },
    second,
  )
  const meaning = addSignificance(chart, chek2, 'likelyPathogenic', 'CHEK2-related cancer predisposition', second)
  addGeneticReport(chart, 'Exome, secondary look', [chek2, meaning], second)
  const again: Sample = { date: '2026-02-09', method: 'Reclassification of the variant of 2021' }
  const atm = addVariant(
    chart,
    {
      gene: 'ATM',
      coding: 'NM_000051.4:c.6067G>A',
      protein: 'NP_000042.3:p.(Gly2023Arg)',
      value: 'present',
      zygosity: 'heterozygous',
      source: 'germline',
    },
    again,
  )
  addGeneticReport(
    chart,
    'Reclassification report',
    [atm, addSignificance(chart, atm, 'likelyBenign', 'Familial cancer of breast', again)],
    again,
  )
}

/** The tumour of 2021: PIK3CA c.3140A>G, p.His1047Arg, a well known hotspot. */
const addTumour = (chart: Chart): void => {
  const sample: Sample = { date: '2021-08-02', method: 'Targeted sequencing of tumour tissue, 50 genes' }
  const variant = addVariant(
    chart,
    {
      gene: 'PIK3CA',
      coding: 'NM_006218.4:c.3140A>G',
      protein: 'NP_006209.2:p.(His1047Arg)',
      value: 'present',
      source: 'somatic',
      frequency: 31,
      specimen: 'Tumor tissue, left breast, formalin-fixed',
    },
    sample,
  )
  addGeneticReport(chart, 'Tumour sequencing, left breast', [variant], sample)
}

/** Single positions of one pharmacogene beside its diplotype: found, looked at without a finding, and not covered. */
const addPositions = (chart: Chart): void => {
  const sample: Sample = { date: '2026-09-14' }
  const position = (rsid: string, value: 'present' | 'absent' | 'noCall') =>
    addVariant(
      chart,
      { gene: 'CYP2C19', rsid, value, ...(value === 'present' ? { zygosity: 'heterozygous' as const } : {}), source: 'germline' },
      sample,
    )
  position('rs4244285', 'present')
  for (const rsid of ['rs12248560', 'rs28399504', 'rs4986893', 'rs41291556', 'rs6413438', 'rs17884712']) position(rsid, 'absent')
  for (const rsid of ['rs72552267', 'rs56337013', 'rs72558186']) position(rsid, 'noCall')
}

/** Everything genetic beside the pharmacogenomic panel. */
export const addWholeGenome = (chart: Chart): void => {
  addHereditaryPanel(chart)
  addLaterReadings(chart)
  addTumour(chart)
  addPositions(chart)
  addPolygenicScore(
    chart,
    'Polygenic score, coronary artery disease',
    84,
    'Laboratory score CAD-2025, 1.2 million variants',
    'European (laboratory reference group)',
    {
      date: '2025-03-18',
      lab: 'second-genomics-lab',
      method: 'Imputed genotyping array',
    },
  )
  addPdfReport(chart, 'Familial hypercholesterolemia gene panel', '2019-02-11', [
    'Northfield Molecular Diagnostics (synthetic document, no real person)',
    'Patient: Margarethe Lindholm-Example, born 1968-04-09',
    'LDLR, APOB, PCSK9: no pathogenic variant found.',
    'This page is here so that the sandbox can show what an unread report means.',
  ])
}
