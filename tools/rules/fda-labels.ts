import type { FdaPart } from './fda-readings.ts'

/**
 * What was read of US labels, for genotypes that stand in their Boxed Warning or under their Contraindications. Key: the entry's id in
 * fda.tsv. An entry that the reference did not read becomes advice only by a reading here; a part without `label` is what the same
 * label (or table) says elsewhere. Reprints of labels are cited as the copies that were read.
 */
export type LabelPlace = 'boxed-warning' | 'contraindications'

export type LabelReading = {
  /** Only the line of this subgroup, where several lines share the id. */
  readonly subgroup?: string
  readonly parts: readonly (FdaPart & { readonly label?: readonly LabelPlace[]; readonly effect?: string })[]
  readonly read: { readonly title: string; readonly where: string; readonly url: string; readonly asOf: string }
}

/** FDA Table of Pharmacogenomic Biomarkers in Drug Labeling, content of 2022, as printed in Pharmacol Rev 2023;75:789. */
const BIOMARKERS = {
  title: 'FDA Table of Pharmacogenomic Biomarkers in Drug Labeling (2022), reprinted in Pharmacol Rev 2023;75:789',
  url: 'https://pmc.ncbi.nlm.nih.gov/articles/PMC10289244/table/T2',
  asOf: '2022',
} as const

const DPD_2026 = {
  title: 'FDA safety labeling update for capecitabine and fluorouracil of 2026-02-05, as reported',
  where:
    'Boxed Warning: complete DPD deficiency; Warnings: no dose proven safe in homozygous or compound heterozygous variants with complete deficiency',
  url: 'https://www.epocrates.com/online/article/fda-updates-cancer-drug-labels-to-warn-of-enzyme-deficiency-linked-toxicity',
  asOf: '2026-02-05',
} as const

/** Score 0 is complete deficiency; the box does not speak of the other poor metabolizers. */
const DPD_PARTS: LabelReading['parts'] = [
  { keys: ['0.0'], actions: ['avoid(no dose proven safe)', 'stop-on-adr(early or severe toxicity)'], label: ['boxed-warning'] },
  { keys: ['0.5'], actions: ['avoid(no dose proven safe)', 'stop-on-adr(early or severe toxicity)'] },
]

const BOTH = ['boxed-warning', 'contraindications'] as const
const CHILD = 'if(under 12 y, or adolescent after tonsillectomy or adenoidectomy):contraindicated'
const OPIOID = 'active metabolite up, respiratory depression'
const HAEMOLYSIS = 'haemolysis'
const ARRHYTHMIA = 'life-threatening arrhythmia'
const DEFICIENT = ['Deficient', 'Deficient with CNSHA'] as const

export const FDA_LABELS: Readonly<Record<string, LabelReading>> = {
  // abacavir
  PA166104833: {
    parts: [{ keys: ['*57:01 positive'], actions: ['contraindicated', 'test-before-use'], label: BOTH }],
    read: { ...BIOMARKERS, where: 'abacavir, HLA-B*5701: Boxed Warning, Contraindications' },
  },
  // carbamazepine
  PA166329555: {
    parts: [{ keys: ['*15:02 positive'], actions: ['avoid(unless benefit outweighs risk)'], label: ['boxed-warning'] }],
    read: { ...BIOMARKERS, where: 'carbamazepine, HLA-B*1502: Boxed Warning' },
  },
  // clopidogrel: the box is about poor metabolizers, the table of associations about intermediate ones too
  PA166329559: {
    parts: [
      { keys: ['PM'], actions: ['alternative(other P2Y12 inhibitor)'], label: ['boxed-warning'] },
      { keys: ['IM'], actions: ['alternative(other P2Y12 inhibitor)'] },
    ],
    read: {
      title: 'US label of clopidogrel, Boxed Warning, reprinted in Stroke 2010;41:2997',
      where: 'Table 3: poor metabolizers; consider alternative treatment',
      url: 'https://pmc.ncbi.nlm.nih.gov/articles/PMC3014683/table/T3',
      asOf: '2010',
    },
  },
  // capecitabine, fluorouracil
  PA166329554: { subgroup: 'PM', parts: DPD_PARTS, read: DPD_2026 },
  PA166329568: { subgroup: 'PM', parts: DPD_PARTS, read: DPD_2026 },
  // codeine
  PA166104916: {
    parts: [{ keys: ['UM'], actions: [CHILD], label: BOTH, effect: OPIOID }],
    read: {
      title: 'US label of codeine sulfate oral solution, reprint',
      where:
        'Boxed Warning: ultra-rapid metabolism of codeine, children under 12 years and after tonsillectomy or adenoidectomy; Contraindications (4)',
      url: 'https://pdfslide.us/documents/following-tonsillectomy-andor-a-following-tonsillectomy-andor-adenoidectomy.html',
      asOf: '2023',
    },
  },
  // dihydrocodeine with acetaminophen and caffeine
  PA166246301: {
    parts: [{ keys: ['UM'], actions: [CHILD], label: BOTH, effect: OPIOID }],
    read: {
      title: 'US boxed warning of acetaminophen, caffeine and dihydrocodeine, reprint',
      where:
        'ultra-rapid metabolism and other risk factors for respiratory depression in children; contraindicated under 12 years and after tonsillectomy',
      url: 'https://blackboxrx.com/app/display/627',
      asOf: '2018',
    },
  },
  // tramadol
  PA166329596: {
    parts: [
      { keys: ['UM'], actions: [CHILD], label: BOTH },
      { keys: ['UM'], actions: ['if(breastfeeding):avoid'] },
    ],
    read: {
      title: 'US label of tramadol (Ultram ER), reprint of the highlights',
      where: 'Boxed Warning: ultra-rapid metabolism of tramadol in children; Contraindications (4)',
      url: 'https://themeditary.com/pro/ultram-er-prescribing-information-14455.html',
      asOf: '2023',
    },
  },
  // rasburicase
  PA166151881: {
    parts: [{ keys: DEFICIENT, actions: ['contraindicated'], label: BOTH, effect: HAEMOLYSIS }],
    read: {
      title: 'US label of rasburicase (Elitek), reprint',
      where: 'Haemolysis: contraindicated in G6PD deficiency; refers to Boxed Warning and Contraindications',
      url: 'https://www.rxlist.com/elitek-drug/warnings-precautions.htm',
      asOf: '2019',
    },
  },
  // pegloticase
  PA166104900: {
    parts: [{ keys: DEFICIENT, actions: ['contraindicated'], label: BOTH, effect: HAEMOLYSIS }],
    read: {
      title: 'US label of pegloticase (Krystexxa), summary of its sections',
      where: 'Contraindications: G6PD deficiency; Boxed Warning: haemolysis and methaemoglobinaemia with G6PD deficiency',
      url: 'https://www.oncologynurseadvisor.com/drug/krystexxa/',
      asOf: '2024',
    },
  },
  // primaquine: severe deficiency is contraindicated, mild to moderate is weighed
  PA166104876: {
    parts: [
      { keys: ['Deficient with CNSHA'], actions: ['contraindicated'], label: ['contraindications'], effect: HAEMOLYSIS },
      {
        keys: ['Deficient'],
        actions: ['if(the deficiency is severe):contraindicated', 'if(the deficiency is mild or moderate):weigh-risk'],
        label: ['contraindications'],
        effect: HAEMOLYSIS,
      },
    ],
    read: {
      title: 'US label of primaquine phosphate, reprint',
      where: '4 Contraindications: severe G6PD deficiency; 5 Warnings: mild to moderate',
      url: 'https://www.rxreasoner.com/monographs/primaquine/precautions',
      asOf: '2024',
    },
  },
  // tafenoquine
  PA166182739: {
    parts: [{ keys: DEFICIENT, actions: ['contraindicated'], label: ['contraindications'], effect: HAEMOLYSIS }],
    read: {
      title: 'US label of tafenoquine (Krintafel), reprint',
      where: 'Warnings and Contraindications: G6PD deficiency or unknown G6PD status',
      url: 'https://globalrph.com/rx-list/krintafel-drug',
      asOf: '2018',
    },
  },
  // methylene blue
  PA166104878: {
    parts: [{ keys: [...DEFICIENT, 'Variable'], actions: ['contraindicated'], label: ['contraindications'], effect: HAEMOLYSIS }],
    read: {
      title: 'US label of methylene blue (ProvayBlue), safety information of the manufacturer',
      where: 'Contraindications: G6PD deficiency, because of haemolytic anaemia',
      url: 'https://www.provayblue.com/Resources',
      asOf: '2024',
    },
  },
  // thioridazine: about 7% of people, which is the share of poor metabolizers
  PA166104805: {
    parts: [{ keys: ['PM'], actions: ['contraindicated'], label: ['contraindications'], effect: ARRHYTHMIA }],
    read: {
      title: 'US label of thioridazine, as quoted by NCBI Medical Genetics Summaries (PMID 28520378)',
      where: 'contraindicated where the activity of CYP2D6 is known to be reduced (about 7% of people)',
      url: 'https://www.ncbi.nlm.nih.gov/books/NBK424018/',
      asOf: '2017',
    },
  },
  // deuruxolitinib: the section of the label was not seen
  PA166400362: {
    parts: [{ keys: ['PM'], actions: ['avoid', 'test-before-use'], effect: 'exposure up' }],
    read: {
      title: 'Deuruxolitinib, drug information of a US compendium',
      where: 'Dosage guidance: determine the CYP2C9 genotype first; not in CYP2C9 poor metabolizers',
      url: 'https://medilib.ir/uptodate/show/145633',
      asOf: '2024',
    },
  },
  // deutetrabenazine
  PA166169882: {
    parts: [{ keys: ['PM'], actions: ['max=36 mg/day'], effect: 'exposure up' }],
    read: {
      title: 'US label of deutetrabenazine, as quoted by NCBI Medical Genetics Summaries',
      where: '2.4 Poor metabolizers of CYP2D6: at most 36 mg a day, at most 18 mg at once',
      url: 'https://www.ncbi.nlm.nih.gov/books/NBK540716',
      asOf: '2018',
    },
  },
  // belinostat
  PA166129553: {
    parts: [{ keys: ['*28/*28', '*28/*80+*28', '*80+*28/*80+*28'], actions: ['start=750 mg/m2/day'], effect: 'exposure up' }],
    read: {
      title: 'US label of belinostat (Beleodaq), as quoted by NCBI Medical Genetics Summaries',
      where: 'Reduced UGT1A1 activity: starting dose 750 mg/m2 in patients homozygous for UGT1A1*28',
      url: 'https://www.ncbi.nlm.nih.gov/medgen/CN282543',
      asOf: '2023',
    },
  },
  // atomoxetine: the first dose is the usual one (0.5 mg/kg up to 70 kg, else 40 mg); it is raised later, and only where needed
  PA166104827: {
    parts: [
      {
        keys: ['PM'],
        actions: ['start=100%', 'hold-increase(4 weeks)'],
        effect: 'exposure up',
      },
    ],
    read: {
      title: 'US label of atomoxetine, table of doses as adapted by NCBI Medical Genetics Summaries',
      where: 'Poor metabolizers of CYP2D6: usual first dose, to the usual target only after 4 weeks without improvement',
      url: 'https://www.ncbi.nlm.nih.gov/books/NBK315951',
      asOf: '2020',
    },
  },
  // desflurane
  PA166129515: {
    parts: [{ keys: ['MHS'], actions: ['contraindicated'], label: ['contraindications'], effect: 'malignant hyperthermia' }],
    read: {
      title: 'US label of desflurane (Suprane), as annotated by ClinPGx',
      where: 'Contraindications: known or suspected genetic susceptibility to malignant hyperthermia',
      url: 'https://www.pharmgkb.org/labelAnnotation/PA166129515',
      asOf: '2025',
    },
  },
  // isoflurane
  PA166129517: {
    parts: [{ keys: ['MHS'], actions: ['contraindicated'], label: ['contraindications'], effect: 'malignant hyperthermia' }],
    read: {
      title: 'US label of isoflurane (Forane), DailyMed',
      where: 'Contraindications (4): known or suspected genetic susceptibility to malignant hyperthermia',
      url: 'https://dailymed.nlm.nih.gov/dailymed/lookup.cfm?setid=3d30eb8d-a62e-475f-926b-78ba63bee9c8&version=12',
      asOf: '2024-12-09',
    },
  },
  // siponimod
  PA166182738: {
    parts: [
      { keys: ['*3/*3'], actions: ['contraindicated'], label: ['contraindications'], effect: 'exposure up' },
      { keys: ['*1/*3', '*2/*3'], actions: ['maint=1 mg/day'], effect: 'exposure up' },
    ],
    read: {
      title: 'US label of siponimod (Mayzent), reprint',
      where: '4 Contraindications: CYP2C9*3/*3; 2.3 Dosage: *1/*3 or *2/*3 maintenance 1 mg',
      url: 'https://themeditary.com/pro/mayzent-prescribing-information-12726.html',
      asOf: '2023-08',
    },
  },
  // eliglustat: dosed by genotype and by inhibitors of CYP2D6 and CYP3A together
  PA166123487: {
    parts: [
      {
        keys: ['NM', 'IM'],
        actions: ['if(strong or moderate CYP2D6 inhibitor with strong or moderate CYP3A inhibitor):contraindicated'],
        label: ['contraindications'],
        effect: ARRHYTHMIA,
      },
      { keys: ['IM', 'PM'], actions: ['if(strong CYP3A inhibitor):contraindicated'], label: ['contraindications'], effect: ARRHYTHMIA },
      {
        keys: ['NM'],
        actions: [
          'if(strong or moderate CYP3A inhibitor, none of CYP2D6):dose=84 mg/day',
          'if(strong or moderate CYP2D6 inhibitor, none of CYP3A):dose=84 mg/day',
        ],
        effect: ARRHYTHMIA,
      },
      {
        keys: ['IM'],
        actions: [
          'if(strong or moderate CYP2D6 inhibitor, none of CYP3A):dose=84 mg/day',
          'if(moderate CYP3A inhibitor, none of CYP2D6):avoid',
        ],
        effect: ARRHYTHMIA,
      },
      {
        keys: ['PM'],
        actions: ['if(weak or moderate CYP3A inhibitor):avoid', 'if(no CYP3A inhibitor):dose=84 mg/day'],
        effect: ARRHYTHMIA,
      },
    ],
    read: {
      title: 'US label of eliglustat (Cerdelga), reprint with its tables of doses and interactions',
      where:
        '2.2, 4 and Table 5: 84 mg twice daily in normal and intermediate, once daily in poor metabolizers; contraindications by inhibitors. Once daily with one inhibitor: Table 2 as printed at www.drugs.com/dosage/cerdelga.html. Liver and kidney function are not in these rows',
      url: 'https://prescriberpoint.com/therapies/cerdelga-819f828',
      asOf: '2024',
    },
  },
}
