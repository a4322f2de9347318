import type { Problem } from '../patients/codes.ts'
import type { ANALYTES } from '../patients/labs-table.ts'
import type { ProductName } from '../patients/medicines.ts'

/**
 * Shares of a made-up population. They make load of a realistic shape (many people with nothing, some with much) and are no
 * epidemiology: no source stands behind any of them, and nothing may be concluded from them.
 */

/** A problem, how many adults have it, and what some of those who have it take. */
export type Ailment = {
  readonly problem: Problem
  readonly icd10: string
  readonly share: number
  readonly from: number
  readonly takes: readonly (readonly [ProductName, number])[]
}

export const AILMENTS: readonly Ailment[] = [
  {
    problem: 'hypertension',
    icd10: 'I10',
    share: 0.3,
    from: 30,
    takes: [
      ['lisinopril10', 0.45],
      ['amlodipine5', 0.3],
      ['metoprololSuccinate50', 0.2],
      ['carvedilol12', 0.05],
    ],
  },
  {
    problem: 'hyperlipidemia',
    icd10: 'E78.5',
    share: 0.25,
    from: 35,
    takes: [
      ['atorvastatin20', 0.3],
      ['atorvastatin40', 0.2],
      ['simvastatin20', 0.2],
      ['simvastatin40', 0.1],
      ['pravastatin40', 0.1],
    ],
  },
  {
    problem: 'diabetes',
    icd10: 'E11.9',
    share: 0.12,
    from: 35,
    takes: [
      ['metformin500', 0.7],
      ['glipizide5', 0.2],
    ],
  },
  {
    problem: 'nstemi',
    icd10: 'I21.4',
    share: 0.03,
    from: 45,
    takes: [
      ['clopidogrel75', 0.5],
      ['aspirin81', 0.8],
    ],
  },
  {
    problem: 'coronaryDisease',
    icd10: 'I25.10',
    share: 0.06,
    from: 45,
    takes: [
      ['aspirin81', 0.6],
      ['clopidogrel75', 0.2],
    ],
  },
  { problem: 'stroke', icd10: 'I63.9', share: 0.02, from: 50, takes: [['clopidogrel75', 0.4]] },
  { problem: 'atrialFibrillation', icd10: 'I48.91', share: 0.03, from: 55, takes: [['warfarin5', 0.5]] },
  {
    problem: 'depression',
    icd10: 'F32.9',
    share: 0.1,
    from: 16,
    takes: [
      ['sertraline50', 0.25],
      ['citalopram20', 0.2],
      ['escitalopram10', 0.2],
      ['fluoxetine20', 0.12],
      ['paroxetine20', 0.08],
      ['amitriptyline25', 0.05],
    ],
  },
  {
    problem: 'lowBackPain',
    icd10: 'M54.50',
    share: 0.15,
    from: 20,
    takes: [
      ['ibuprofen400', 0.25],
      ['tramadol50', 0.1],
      ['codeine30', 0.06],
      ['acetaminophen325', 0.2],
    ],
  },
  {
    problem: 'osteoarthritis',
    icd10: 'M19.90',
    share: 0.12,
    from: 45,
    takes: [
      ['celecoxib200', 0.12],
      ['ibuprofen400', 0.2],
    ],
  },
  {
    problem: 'reflux',
    icd10: 'K21.9',
    share: 0.14,
    from: 18,
    takes: [
      ['omeprazole20', 0.4],
      ['pantoprazole40', 0.3],
    ],
  },
  { problem: 'asthma', icd10: 'J45.909', share: 0.08, from: 5, takes: [['albuterol', 0.8]] },
  { problem: 'hypothyroidism', icd10: 'E03.9', share: 0.06, from: 20, takes: [['levothyroxine75', 0.9]] },
  { problem: 'crohn', icd10: 'K50.90', share: 0.006, from: 16, takes: [['azathioprine50', 0.5]] },
  { problem: 'epilepsy', icd10: 'G40.909', share: 0.01, from: 5, takes: [['carbamazepine200', 0.4]] },
  { problem: 'hiv', icd10: 'B20', share: 0.004, from: 18, takes: [['abacavirLamivudine', 0.4]] },
  { problem: 'colonCancer', icd10: 'C18.9', share: 0.004, from: 45, takes: [['capecitabine500', 0.4]] },
  { problem: 'breastCancer', icd10: 'C50.919', share: 0.01, from: 35, takes: [['tamoxifen20', 0.5]] },
]

/** Genes of a panel: diplotypes with made-up shares, in the community's spelling. */
export const PANEL: readonly {
  readonly gene: string
  readonly hgnc: string
  readonly diplotypes: readonly (readonly [string, number])[]
}[] = [
  {
    gene: 'CYP2C19',
    hgnc: 'HGNC:2621',
    diplotypes: [
      ['*1/*1', 0.38],
      ['*1/*2', 0.25],
      ['*1/*17', 0.22],
      ['*2/*2', 0.05],
      ['*2/*17', 0.06],
      ['*17/*17', 0.04],
    ],
  },
  {
    gene: 'CYP2D6',
    hgnc: 'HGNC:2625',
    diplotypes: [
      ['*1/*1', 0.35],
      ['*1/*2', 0.2],
      ['*1/*4', 0.2],
      ['*4/*4', 0.06],
      ['*1/*41', 0.1],
      ['*4/*41', 0.05],
      ['*1/*2x2', 0.04],
    ],
  },
  {
    gene: 'CYP2C9',
    hgnc: 'HGNC:2623',
    diplotypes: [
      ['*1/*1', 0.66],
      ['*1/*2', 0.18],
      ['*1/*3', 0.12],
      ['*2/*3', 0.03],
      ['*3/*3', 0.01],
    ],
  },
  {
    gene: 'SLCO1B1',
    hgnc: 'HGNC:10959',
    diplotypes: [
      ['*1/*1', 0.7],
      ['*1/*5', 0.24],
      ['*5/*5', 0.06],
    ],
  },
  {
    gene: 'TPMT',
    hgnc: 'HGNC:12014',
    diplotypes: [
      ['*1/*1', 0.9],
      ['*1/*3A', 0.095],
      ['*3A/*3A', 0.005],
    ],
  },
  {
    gene: 'NUDT15',
    hgnc: 'HGNC:23063',
    diplotypes: [
      ['*1/*1', 0.94],
      ['*1/*3', 0.06],
    ],
  },
  {
    gene: 'DPYD',
    hgnc: 'HGNC:3012',
    diplotypes: [
      ['Reference/Reference', 0.94],
      ['Reference/c.1905+1G>A (*2A)', 0.02],
      ['Reference/c.1129-5923C>G, c.1236G>A (HapB3)', 0.04],
    ],
  },
  {
    gene: 'VKORC1',
    hgnc: 'HGNC:23663',
    diplotypes: [
      ['rs9923231 C/C', 0.4],
      ['rs9923231 C/T', 0.45],
      ['rs9923231 T/T', 0.15],
    ],
  },
]

/** Share of people with a panel, and of these with it sent as one coded phenotype more. */
export const TESTED = 0.3

/** Analytes of a visit. */
export const VISIT_LABS: readonly (keyof typeof ANALYTES)[] = [
  'creatinine',
  'egfr',
  'sodium',
  'potassium',
  'hemoglobin',
  'platelets',
  'glucose',
  'cholesterol',
  'hdl',
  'alt',
]

export const RACES: readonly (readonly [string, string, number])[] = [
  ['2106-3', 'White', 0.62],
  ['2054-5', 'Black or African American', 0.15],
  ['2028-9', 'Asian', 0.13],
  ['2131-1', 'Other Race', 0.1],
]
