import type { GuidanceRow } from '../../src/guidance/rules.ts'
import type { DraftRow } from './guidance-rows.ts'
import { readJson, TableError } from './read-tables.ts'
import { parseSpecial, type Special } from './reference-schemas.ts'
import { writeRules } from './write-rules.ts'

const FILE = 'special.json'

/** What is used of a fact that stands outside the tables, or why it is not. Every fact of special.json has one entry. */
type Use = { readonly drugs: readonly string[] } | { readonly off: string }

const ANCESTRY = 'ancestry is not decided here, and no advice depends on it'
const CALLING = 'about calling alleles from a VCF file, not about advice: `attune call` says which positions are missing'
const INTERFERON = ['peginterferon alfa-2a', 'peginterferon alfa-2b', 'ribavirin']

/** By the words of the source, so that a fact that is reworded, added or removed stops the generator. */
const USES: Readonly<Record<string, Use>> = {
  'adults, target INR 2-3': { drugs: ['warfarin'] },
  'dose by a validated algorithm that holds CYP2C9, VKORC1 and clinical factors (IWPC or Gage)': { drugs: ['warfarin'] },
  'data strongest for European and East Asian ancestry': { off: ANCESTRY },
  'African ancestry: use CYP2C9*5,*6,*8,*11; when these were not tested, dose clinically; rs12777823 A carriers (African American only) need less: 10-25% lower, homozygotes up to 20-40%':
    { off: `${ANCESTRY}; rs12777823 has no gene table, and the percentage for heterozygotes was only recalled` },
  'CYP4F2*3 carriers (non-African ancestry): 5-10% higher dose, optional': { off: 'the percentage was only recalled' },
  'CYP2C9 poor metabolizer, or VKORC1 A carrier and CYP2C9 PM: consider another anticoagulant': {
    off: 'the order of the steps was partly recalled, and the strength was not read',
  },
  'loading dose algorithm: EU-PACT, not validated in African ancestry': {
    off: 'the coefficients of the loading dose were not read; the dose model is for maintenance',
  },
  'CC favourable, CT and TT unfavourable response genotype': { drugs: INTERFERON },
  'interferon-based therapy is no longer first choice for hepatitis C': { off: 'only recalled' },
  'when rs12248560 is missing *17 cannot be seen: warn': { off: CALLING },
  'when *17 is called and rs28399504 is missing *4 cannot be excluded: warn': { off: CALLING },
  '*1 needs rs3758581; missing gives *38': { off: CALLING },
  'CPIC keeps a test-alert table per drug: context (before a test, after a test, no result), population, gene results, alert wording; the content files are not in the repository (they are CPIC file artifacts)':
    { off: 'about where CPIC keeps its alert texts; they were not read' },
  'safe rule for our product: when a drug with CPIC level A or an FDA required or recommended test is ordered and the patient has no result for its gene, show one low-priority card that suggests the test; raise to warning for drugs whose label demands it':
    {
      off: 'a proposal, not a fact of a source; test-first.json holds a row only where a guideline or label that was read asks for the test or names it; a CPIC level A alone asks for none',
    },
}

/** Tests before use that no verified row of test-first.json asks for, and why. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  tetrabenazine: 'recalled from the label; the sentence was seen in summaries only (test-first.json, fda/tetrabenazine)',
  deutetrabenazine: 'recalled; the label was not read',
  mavacamten: 'recalled; the European label was not read',
  'lumacaftor/ivacaftor and ivacaftor': 'recalled; the labels were not read, and CFTR is tested for the diagnosis already',
}

/** One fact and what became of it, as `rules/special.json` holds it. */
type Entry = { readonly id: string; readonly fact: string; readonly rows?: readonly string[]; readonly off?: string }

const entryOf = (id: string, fact: string, rows: readonly GuidanceRow[]): Entry => {
  const use = USES[fact]
  if (!use) throw new TableError(FILE, null, `"${fact}" has no entry in build-special.ts: say what is used of it, or why not`)
  if ('off' in use) return { id, fact, off: use.off }
  return { id, fact, rows: rows.filter((row) => row.origin === 'special' && use.drugs.includes(row.drug)).map((row) => row.id) }
}

const factsOf = (special: Special): readonly (readonly [string, readonly string[]])[] => [
  ['warfarin', special.warfarin.facts],
  ['interferon', special.peginterferon_ribavirin.facts],
  ['cyp2c19-positions', special['CYP2C19_*17_position'].facts],
  ['pretest', special.pretest_alerts.facts],
]

const recalledOf = (special: Special): Entry[] =>
  special.warfarin.recalled.map((fact, at) => ({
    id: `warfarin-recalled/${at + 1}`,
    fact,
    off: fact === 'PMID' ? 'the PMIDs on the row were looked up since' : 'only recalled',
  }))

/** Tests before use: which gene, and why none of our rows asks for it where none does. */
const testsOf = (special: Special): object[] => {
  const tests = Object.entries(special.pretest_alerts.must_test_before_use)
  const gone = Object.keys(NOT_ASKED).filter((drug) => !tests.some(([name]) => name === drug))
  if (gone.length > 0) throw new TableError(FILE, null, `${gone.join(', ')} is treated apart (build-special.ts) but no longer in the file`)
  return tests.map(([drug, test]) => ({ id: `test/${drug}`, drug, test, gene: /^[A-Z0-9-]+/.exec(test)?.[0], off: NOT_ASKED[drug] }))
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
  origin: 'special',
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
    origin: 'special',
    note: 'from special.json: the response genotype is read, no structured recommendation exists',
  }))

/** Guidance that has another form than one row per phenotype. */
export const draftSpecial = (special: Special): DraftRow[] => [
  warfarinRow(special),
  ...INTERFERON.flatMap((drug) => interferonRows(special, drug)),
]

export const readSpecial = (reference: string): Special => parseSpecial(FILE, readJson(reference, FILE))

/** Every fact of the file with what became of it. @returns how many */
export const writeSpecial = (special: Special, rows: readonly GuidanceRow[], rulesDir: string): number => {
  const entries = factsOf(special).flatMap(([about, facts]) => facts.map((fact, at) => entryOf(`${about}/${at + 1}`, fact, rows)))
  const all = [...entries, ...recalledOf(special)]
  const tests = testsOf(special)
  const unused = Object.keys(USES).filter((fact) => !entries.some((entry) => entry.fact === fact))
  if (unused.length > 0) throw new TableError(FILE, null, `"${unused[0]}" has an entry in build-special.ts but is no longer in the file`)
  writeRules(rulesDir, 'special.json', {
    about:
      'Facts that do not fit one row per phenotype, and what became of each: rows = the guidance rows made of it; off = why nothing is. tests: drugs before whose use a test was said to be needed; test-first.json holds the rows that ask for it, and off says why none does. Recalled facts were not read in a source and are never shown as advice.',
    source: 'special',
    groups: {
      warfarin: {
        guideline: special.warfarin.guideline,
        genes: special.warfarin.genes,
        verified: special.warfarin.verified,
        seen: special.warfarin.seen,
        recalled: special.warfarin.recalled,
      },
      interferon: {
        guideline: special.peginterferon_ribavirin.guideline,
        variant: special.peginterferon_ribavirin.variant,
        note: special.peginterferon_ribavirin.note,
      },
    },
    testsVerified: special.pretest_alerts.must_test_verified,
    entries: all,
    tests,
  })
  return all.length + tests.length
}
