/**
 * What was read, row by row, about inhibitors and inducers that the reference table only recalls, and how long their effect
 * outlasts them. A recalled row is switched on only by an entry here; its strength is then the source's, not the recalled one.
 */
export type ModifierSource = {
  readonly title: string
  /** Year, month or day of the edition that was read; `undated` where it does not say. */
  readonly asOf: string
  readonly url: string
}

export type ModifierReading = {
  readonly strength: 'strong' | 'moderate' | 'weak'
  readonly source: ModifierSource
  /** Where in the source. */
  readonly where: string
  readonly note?: string
}

/**
 * Read in three public extractions of the FDA's page made apart from one another (2026-08 to 2026-10); they agree in every row used here.
 */
const FDA_TABLE: ModifierSource = {
  title: "FDA's examples of drugs that interact with CYP enzymes and transporter systems",
  asOf: '2026-05-29',
  url: 'https://www.fda.gov/drugs/drug-interactions-labeling/healthcare-professionals-fdas-examples-drugs-interact-cyp-enzymes-and-transporter-systems',
}

type Strength = ModifierReading['strength']

/** Table 1 of the FDA's page, for the rows that the reference table recalls: enzyme, kind and strength to drugs as our rows name them. */
const FDA_ROWS: readonly (readonly [enzyme: string, kind: 'inhibitor' | 'inducer', strength: Strength, drugs: readonly string[]])[] = [
  ['CYP2D6', 'inhibitor', 'moderate', ['rolapitant']],
  [
    'CYP2D6',
    'inhibitor',
    'weak',
    ['amiodarone', 'celecoxib', 'cimetidine', 'clobazam', 'cobicistat', 'escitalopram', 'labetalol', 'sertraline', 'vemurafenib'],
  ],
  ['CYP3A', 'inhibitor', 'strong', ['nefazodone', 'nelfinavir', 'idelalisib', 'ceritinib', 'tucatinib']],
  ['CYP3A', 'inhibitor', 'moderate', ['crizotinib', 'dronedarone', 'isavuconazole']],
  ['CYP3A', 'inhibitor', 'weak', ['cyclosporine', 'fluvoxamine']],
  ['CYP3A', 'inducer', 'strong', ['apalutamide', 'enzalutamide', 'ivosidenib', 'lumacaftor', 'mitotane']],
  [
    'CYP3A',
    'inducer',
    'moderate',
    ['bosentan', 'efavirenz', 'etravirine', 'primidone', 'dabrafenib', 'lorlatinib', 'cenobamate', 'sotorasib'],
  ],
  ['CYP2C19', 'inhibitor', 'strong', ['fluconazole', 'fluoxetine', 'ticlopidine']],
  ['CYP2C19', 'inhibitor', 'moderate', ['felbamate', 'voriconazole', 'cenobamate']],
  ['CYP2C19', 'inducer', 'strong', ['rifampin']],
  ['CYP2C19', 'inducer', 'moderate', ['apalutamide', 'efavirenz', 'enzalutamide', 'phenytoin']],
  ['CYP2C9', 'inhibitor', 'moderate', ['amiodarone', 'fluconazole', 'miconazole']],
  ['CYP2C9', 'inhibitor', 'weak', ['fluvastatin', 'fluvoxamine', 'voriconazole']],
  ['CYP2C9', 'inducer', 'moderate', ['enzalutamide', 'rifampin']],
  ['CYP2C9', 'inducer', 'weak', ['carbamazepine', 'apalutamide', 'aprepitant']],
  ['CYP2B6', 'inhibitor', 'weak', ['clopidogrel', 'ticlopidine', 'voriconazole']],
  ['CYP2B6', 'inducer', 'strong', ['carbamazepine']],
  ['CYP2B6', 'inducer', 'moderate', ['efavirenz', 'rifampin']],
  ['CYP2B6', 'inducer', 'weak', ['nevirapine', 'ritonavir']],
  ['CYP1A2', 'inhibitor', 'moderate', ['ciprofloxacin', 'mexiletine', 'methoxsalen', 'vemurafenib']],
  ['CYP1A2', 'inducer', 'moderate', ['phenytoin', 'rifampin', 'teriflunomide']],
]

/** Footnotes of that table that narrow a row. */
const FDA_FOOTNOTES: Readonly<Record<string, string>> = {
  'CYP3A inhibitor fluvoxamine': 'footnote 8: raises some sensitive CYP3A substrates more than 2-fold',
  'CYP3A inducer ivosidenib': 'footnote 10: by simulation',
  'CYP3A inducer lumacaftor': 'the row is lumacaftor with ivacaftor, the only product',
  'CYP3A inducer cenobamate': 'footnotes 4 and b: at 200 mg a day; could be stronger at 400 mg a day',
  'CYP2C19 inhibitor cenobamate': 'footnote 4: at 200 mg a day; could be stronger at 400 mg a day',
  'CYP2B6 inducer ritonavir': 'footnote 16: ritonavir itself at 100 to 200 mg a day',
  'CYP1A2 inhibitor ciprofloxacin': 'footnote 20: may act as a strong one on very sensitive substrates such as tizanidine',
}

const COLUMNS: Readonly<Record<string, string>> = {
  'inhibitor strong': 'CYP Strg INH',
  'inhibitor moderate': 'CYP Mod INH',
  'inhibitor weak': 'CYP WK INH',
  'inducer strong': 'CYP Strg IND',
  'inducer moderate': 'CYP Mod IND',
  'inducer weak': 'CYP WK IND',
}

export const keyOf = (row: { readonly enzyme: string; readonly kind: string; readonly drug: string }): string =>
  `${row.enzyme} ${row.kind} ${row.drug}`

const fromFda: readonly (readonly [string, ModifierReading])[] = FDA_ROWS.flatMap(([enzyme, kind, strength, drugs]) =>
  drugs.map((drug) => {
    const key = keyOf({ enzyme, kind, drug })
    const note = FDA_FOOTNOTES[key]
    const where = `Table 1, column ${COLUMNS[`${kind} ${strength}`]}`
    return [key, { strength, source: FDA_TABLE, where, ...(note === undefined ? {} : { note }) }] as const
  }),
)

const OTHERS: Readonly<Record<string, ModifierReading>> = {
  'CYP2D6 inhibitor berotralstat': {
    strength: 'moderate',
    source: {
      title: 'Orladeyo, product information (EU), as reprinted',
      asOf: 'undated reprint',
      url: 'https://www.rxreasoner.com/substances/berotralstat/precautions',
    },
    where: 'section 4.5, CYP2D6 substrates: AUC of dextromethorphan +177%, of desipramine +87%',
  },
  'CYP3A inhibitor berotralstat': {
    strength: 'moderate',
    source: {
      title: 'Orladeyo, product information (EU), as reprinted',
      asOf: 'undated reprint',
      url: 'https://www.rxreasoner.com/substances/berotralstat/precautions',
    },
    where: 'section 4.5, CYP3A4 substrates: AUC of oral midazolam +124%',
  },
  'CYP2D6 inhibitor ritonavir': {
    strength: 'weak',
    source: {
      title: 'Cicali et al., A scoping review of the evidence behind CYP2D6 inhibitor classifications (PMID 31910286)',
      asOf: '2020-02-13',
      url: 'https://pmc.ncbi.nlm.nih.gov/articles/PMC7292748/',
    },
    where: 'Table 4, classification of the FDA table of that time',
    note: 'no longer listed for CYP2D6 in the FDA table of 2026-05-29',
  },
  'CYP3A inhibitor letermovir': {
    strength: 'moderate',
    source: {
      title: 'Prevymis, US label, as quoted in a public extraction',
      asOf: '2026-01-14',
      url: 'https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=1b49df80-be4f-47e0-a0b7-123f3e69395b',
    },
    where: 'section 7',
  },
  'CYP3A inhibitor netupitant': {
    strength: 'moderate',
    source: {
      title: 'Lanzarotti et al., Effect of netupitant on the pharmacokinetics of midazolam, erythromycin and dexamethasone (PMID 23729226)',
      asOf: '2013',
      url: 'https://doi.org/10.1007/s00520-013-1855-y',
    },
    where: 'abstract, conclusion: AUC of midazolam +144%',
  },
  'CYP3A inhibitor ribociclib': {
    strength: 'moderate',
    source: {
      title: 'Kisqali, prescribing information, as reprinted by MIMS',
      asOf: 'undated reprint',
      url: 'https://www.mims.com/hongkong/drug/info/kisqali/drug-interactions',
    },
    where: 'effect on other drugs: exposure of midazolam 3.8-fold at 400 mg, which is moderate in the bands of the FDA (2 to below 5)',
    note: 'a higher dose (600 mg) may act more strongly',
  },
  'CYP2C19 inhibitor omeprazole': {
    strength: 'moderate',
    source: {
      title: 'Open Systems Pharmacology, CYP2C19 interaction network, after the FDA table of 2020',
      asOf: '2022-05',
      url: 'https://github.com/Open-Systems-Pharmacology/Omeprazole-Model',
    },
    where: 'list of models: omeprazole',
    note: 'the FDA table of 2026-05-29 says weak; the stricter one is kept, because US labels say not to combine it with clopidogrel',
  },
  'CYP2C19 inhibitor moclobemide': {
    strength: 'moderate',
    source: {
      title: 'Open Systems Pharmacology, evaluation report of the moclobemide model',
      asOf: 'undated',
      url: 'https://github.com/Open-Systems-Pharmacology/Moclobemide-Model',
    },
    where: 'introduction',
  },
}

/** Readings by `enzyme kind drug`. */
export const READINGS: ReadonlyMap<string, ModifierReading> = new Map([...fromFda, ...Object.entries(OTHERS)])

/** Rows that the reference table does not have, of drugs that it has. */
export const ADDED: readonly { readonly enzyme: string; readonly kind: 'inhibitor' | 'inducer'; readonly drug: string }[] = [
  { enzyme: 'CYP2C19', kind: 'inhibitor', drug: 'cenobamate' },
  { enzyme: 'CYP3A', kind: 'inhibitor', drug: 'berotralstat' },
]

const UNGRADED_2C9 = 'the US label of warfarin (section 7) lists it as an inhibitor of CYP2C9 without a strength'
const UNGRADED_2C19 = 'named as an inhibitor of CYP2C19 by the FDA (clopidogrel, 2009 and 2012) without a strength'

/** Why a recalled row stays off, where more is known than that no source was found. */
export const STAYS_OFF: Readonly<Record<string, string>> = {
  'CYP2C9 inhibitor capecitabine': UNGRADED_2C9,
  'CYP2C9 inhibitor metronidazole': UNGRADED_2C9,
  'CYP2C9 inhibitor sulfinpyrazone': UNGRADED_2C9,
  'CYP2C9 inhibitor tigecycline': UNGRADED_2C9,
  'CYP2C9 inhibitor cotrimoxazole': UNGRADED_2C9,
  'CYP2C19 inhibitor esomeprazole': UNGRADED_2C19,
  'CYP2C19 inhibitor cimetidine': UNGRADED_2C19,
  'CYP2C19 inhibitor etravirine': UNGRADED_2C19,
  'CYP3A inhibitor nilotinib': 'only an implied strength was found (a formulary adjusts other drugs as with moderate inhibitors)',
  'CYP1A2 inhibitor oral contraceptives':
    'in the FDA table of 2026-05-29 (moderate), but no drug that a medicine list could be matched with',
  'CYP1A2 inducer smoking': 'in the FDA table of 2026-05-29 (moderate), but no drug that a medicine list could be matched with',
  'CYP1A2 inducer ritonavir': 'the FDA table of 2026-05-29 says so for 800 mg a day only; at the usual dose the effect is unknown',
}

export const NOT_FOUND = 'no source that states it was found'

/** Where the FDA table of 2026-05-29 grades a row differently that was seen in other guidance; the row keeps the strength of its own source. */
export const FDA_DIFFERS: Readonly<Record<string, string>> = {
  'CYP2D6 inhibitor terbinafine': 'FDA table of 2026-05-29: strong',
  'CYP3A inhibitor conivaptan': 'FDA table of 2026-05-29: moderate (given into a vein)',
  'CYP3A inhibitor cimetidine': 'FDA table of 2026-05-29: weak',
  'CYP3A inhibitor indinavir': 'FDA table of 2026-05-29: strong together with ritonavir',
  'CYP3A inhibitor lopinavir': 'FDA table of 2026-05-29: strong together with ritonavir',
  'CYP3A inhibitor saquinavir': 'FDA table of 2026-05-29: strong together with ritonavir',
  'CYP3A inhibitor tipranavir': 'FDA table of 2026-05-29: strong together with ritonavir',
  'CYP3A inducer phenobarbital': 'FDA table of 2026-05-29: moderate',
  'CYP3A inducer modafinil': 'FDA table of 2026-05-29: weak at 200 mg a day, more at 400 mg a day',
}

/** Days for which an effect was seen or must be expected after the last dose, where a source was read; others have the stated assumption. */
export const WASHOUTS: readonly {
  readonly drug: string
  readonly days: number
  readonly basis: string
  readonly url: string
}[] = [
  {
    drug: 'fluoxetine',
    days: 63,
    basis: 'Liston et al. 2002 (PMID 11910262): CYP2D6 back to baseline after 63.2 days (extrapolated, mean of healthy volunteers)',
    url: 'https://doi.org/10.1097/00004714-200204000-00010',
  },
  {
    drug: 'paroxetine',
    days: 28,
    basis: 'study of 2013 (doi 10.1111/jcpt.12042): normal in all 4 weeks after short use; Liston 2002: 20.3 days; longer after long use',
    url: 'https://doi.org/10.1111/jcpt.12042',
  },
  {
    drug: 'rolapitant',
    days: 28,
    basis: 'Varubi, US label of August 2020, 5.1: CYP2D6 still inhibited on day 28 after one dose, the last day measured',
    url: 'https://www.accessdata.fda.gov/scripts/cder/safetylabelingchanges/index.cfm?event=searchdetail.page&DrugNameID=1523',
  },
]
