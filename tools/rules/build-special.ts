import type { DraftRow } from './guidance-rows.ts'
import { readJson } from './read-tables.ts'
import { writeRules } from './write-rules.ts'

type Special = {
  readonly warfarin: {
    readonly guideline: string
    readonly genes: readonly string[]
    readonly verified: string
    readonly facts: readonly string[]
    readonly seen: readonly string[]
    readonly recalled: readonly string[]
  }
  readonly peginterferon_ribavirin: {
    readonly guideline: string
    readonly variant: string
    readonly facts: readonly string[]
    readonly note: string
  }
  readonly pretest_alerts: { readonly must_test_before_use: Readonly<Record<string, string>>; readonly must_test_verified: string }
  readonly 'CYP2C19_*17_position': { readonly facts: readonly string[] }
}

const guideline = (id: string): DraftRow['guideline'] => ({
  id,
  url: `https://www.clinpgx.org/guidelineAnnotation/${id}`,
  year: null,
  pmid: [],
  asOf: '2026-04',
})

const CYP2C9_SCORES = ['0.0', '0.5', '1.0', '1.5', '2.0']
const VKORC1_KEYS = ['-1639 GG', '-1639 AG', '-1639 AA']

/** The warfarin flow chart: dose by an algorithm that holds both genes. Only footnotes that were read. */
const warfarinRow = (special: Special): DraftRow => ({
  source: 'CPIC',
  drug: 'warfarin',
  genes: ['CYP2C9', 'VKORC1'],
  when: [{ CYP2C9: CYP2C9_SCORES, VKORC1: VKORC1_KEYS }],
  population: 'adults',
  strength: null,
  actions: ['algorithm(validated, with CYP2C9, VKORC1 and clinical factors, for a target INR of 2 to 3)'],
  effect: ['other'],
  risk: 'bleeding / unstable INR',
  // Johnson 2017 (Clin Pharmacol Ther 102:397), the update of the 2011 guideline (Johnson 2011).
  guideline: { ...guideline(special.warfarin.guideline), year: 2017, pmid: ['28198005', '21900891'] },
  cpicLevel: { CYP2C9: 'A', VKORC1: 'A' },
  standing: 'advice',
  note: 'from the flow chart (special.json), not from a recommendation row; its strength was not read. African ancestry: only when CYP2C9*5, *6, *8 and *11 were tested too',
})

const interferonRows = (special: Special, drug: string): DraftRow[] =>
  [
    { keys: ['favourable'], actions: ['information(favourable response genotype)'], effect: ['normal'] },
    { keys: ['unfavourable'], actions: ['information(unfavourable response genotype)'], effect: ['efficacy-down'] },
  ].map(({ keys, actions, effect }) => ({
    source: 'CPIC',
    drug,
    genes: ['IFNL3'],
    when: [{ IFNL3: keys }],
    strength: null,
    actions,
    effect,
    risk: 'no response to interferon-based treatment',
    guideline: guideline(special.peginterferon_ribavirin.guideline),
    standing: 'advice',
    note: 'from special.json: the response genotype is read, no structured recommendation exists',
  }))

/** Guidance that has another form than one row per phenotype; the facts themselves go to `rules/special.json`. */
export const draftSpecial = (reference: string, rulesDir: string): DraftRow[] => {
  const special = readJson(reference, 'special.json') as Special // our own reference file, checked again at load
  writeRules(rulesDir, 'special.json', {
    about: 'Facts that do not fit one row per phenotype. Recalled facts were not read in a source and are never shown as advice.',
    source: 'special',
    warfarin: {
      guideline: special.warfarin.guideline,
      genes: special.warfarin.genes,
      verified: special.warfarin.verified,
      seen: special.warfarin.seen,
      facts: special.warfarin.facts,
      recalled: special.warfarin.recalled,
    },
    interferon: special.peginterferon_ribavirin,
    'CYP2C19 positions': special['CYP2C19_*17_position'].facts,
    testBeforeUse: {
      verified: special.pretest_alerts.must_test_verified,
      seen: ['abacavir'],
      drugs: special.pretest_alerts.must_test_before_use,
    },
  })
  return [
    warfarinRow(special),
    ...['peginterferon alfa-2a', 'peginterferon alfa-2b', 'ribavirin'].flatMap((drug) => interferonRows(special, drug)),
  ]
}
