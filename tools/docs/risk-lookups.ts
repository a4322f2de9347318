/** Where an item of a risk model was looked for. `secondary`: read in a text that quotes or copies the source. */
export type Lookup = {
  readonly model: string
  readonly item: string
  readonly found: 'source' | 'secondary' | 'no'
  readonly where: string
  readonly so: string
}

/** Items that were not checked by an independent program or by people's data. */
export const LOOKUPS: readonly Lookup[] = [
  {
    model: 'acute',
    item: 'NEWS2 chart, both oxygen scales',
    found: 'secondary',
    where: 'a copy of chart 1 of the Royal College of Physicians (2017)',
    so: 'computed; 20 vectors',
  },
  {
    model: 'af',
    item: 'CHA2DS2-VASc, CHA2DS2-VA, HAS-BLED points',
    found: 'source',
    where: 'tables in PMC6652729 and PMC3418985',
    so: 'computed; 15 vectors',
  },
  {
    model: 'af',
    item: 'stroke rate by CHA2DS2-VASc (Lip 2010)',
    found: 'secondary',
    where: 'table 1 of a review in J Am Board Fam Med; 9 points had too few people',
    so: "shown beside the points as that study's; the rates of Friberg 2012 were not found",
  },
  {
    model: 'af',
    item: 'bleeding rate by HAS-BLED (Pisters 2010)',
    found: 'secondary',
    where: 'PMC3418985 table 3 and a review in J Am Board Fam Med, table 2',
    so: "shown beside the points as that study's, for 0 to 4 points",
  },
  {
    model: 'delirium',
    item: 'Rudolph: points and incidences',
    found: 'source',
    where: 'abstract of PMC2735244 (Circulation 2009;119:229-236)',
    so: 'computed',
  },
  {
    model: 'delirium',
    item: 'Rudolph: limits of abnormal albumin',
    found: 'secondary',
    where: 'abstract of an external validation, doi:10.1053/j.jvca.2022.11.038 (2023)',
    so: 'read from the record; its lower incidences are a stated limit',
  },
  {
    model: 'delirium',
    item: 'PRE-DELIRIC of 2012: coefficients',
    found: 'secondary',
    where: 'a page that quotes the box of BMJ 2012;344:e420',
    so: 'computed as a rank of four',
  },
  {
    model: 'delirium',
    item: 'PRE-DELIRIC: recalibration of 2014 (doi:10.1007/s00134-013-3202-7); E-PRE-DELIRIC',
    found: 'no',
    where: 'abstracts only: they say that intercept and slope changed and name the predictors, no coefficient',
    so: 'no percentage; E-PRE-DELIRIC is not in the library',
  },
  {
    model: 'opioid-risk',
    item: 'RIOSORD, both versions: points of the items',
    found: 'no',
    where: 'lists of the items without points (abstracts, a question page)',
    so: 'off',
  },
  {
    model: 'opioid-risk',
    item: 'PRODIGY: points of the items',
    found: 'no',
    where: 'abstract (doi:10.1213/ANE.0000000000004788), news pages and leaflets name the five items only',
    so: 'not in the library',
  },
  {
    model: 'readmission',
    item: 'HOSPITAL: points',
    found: 'secondary',
    where: 'a table in an article of rcpjournals.org and cliniborg.com; the steps of earlier admissions differ between texts',
    so: 'computed with the steps of the validation of 2016 (0 to 1, 2 to 5, above 5)',
  },
  {
    model: 'readmission',
    item: 'HOSPITAL: rate by class',
    found: 'secondary',
    where: 'cliniborg.com; size of the validation in PMC5070968',
    so: "shown beside the points as that study's",
  },
  {
    model: 'readmission',
    item: 'LACE: points and Charlson weights',
    found: 'secondary',
    where: 'BMC Cardiovasc Disord 2014;14:97, table 1; a table in BMJ Open for AIDS',
    so: 'computed from the record; which conditions count by Quan 2005',
  },
  {
    model: 'readmission',
    item: 'LACE: expected rate by points',
    found: 'no',
    where: 'the abstract (PMC2845681) gives the two ends only, 2.0 and 43.7 %',
    so: 'no percentage',
  },
  {
    model: 'tisdale',
    item: 'points, bands and incidences',
    found: 'secondary',
    where: 'medicalalgorithms.com for the points, the abstract for bands and incidences',
    so: 'computed; 18 vectors',
  },
  {
    model: 'warfarin-dose',
    item: 'WARG: medicines that raise the INR; code of the target INR',
    found: 'no',
    where: 'the paper was not readable; no LOINC code for a target was found',
    so: 'both have to be given',
  },
]
