import type { Chart } from '../chart.ts'
import { place } from '../clinic.ts'
import { type Code, concept, hl7, LOINC, quantity } from '../codes.ts'
import { at } from '../dates.ts'
import { addLab } from '../labs.ts'

/** EDAM topics: the only public codes for these kinds of results that we know of. */
const EDAM = 'http://edamontology.org'
const PROTEOMICS: Code = ['topic_0121', 'Proteomics']
const METABOLOMICS: Code = ['topic_3172', 'Metabolomics']

const OMICS_LAB = 'https://harborlight.example/tests'

type Range = { readonly low?: number; readonly high?: number }

const result = (chart: Chart, date: string | null, members: object): string =>
  chart.add('Observation', 'result', {
    status: 'final',
    category: [hl7('observation-category', 'laboratory')],
    subject: chart.subject,
    ...(date === null ? {} : { effectiveDateTime: date }),
    performer: [place('lab')],
    ...members,
  })

const range = ({ low, high }: Range, unit: string) => ({
  referenceRange: [{ ...(low !== undefined && { low: { value: low, unit } }), ...(high !== undefined && { high: { value: high, unit } }) }],
})

/** Lipids under a statin; LDL by Friedewald, as the table of analytes says. */
const LIPIDS: readonly (readonly [date: string, cholesterol: number, hdl: number, triglycerides: number, ldl: number])[] = [
  ['2025-03-10', 176, 50, 150, 96],
  ['2026-03-11', 170, 51, 145, 90],
  ['2026-11-16', 164, 52, 138, 84],
]

export const addLipids = (chart: Chart): void => {
  for (const [date, cholesterol, hdl, triglycerides, ldl] of LIPIDS)
    for (const [name, value] of Object.entries({ cholesterol, hdl, triglycerides, ldl } as const))
      addLab(chart, name as 'cholesterol' | 'hdl' | 'triglycerides' | 'ldl', value, date)
}

/** What real charts hold besides tidy panels: another unit, another decade, a limit, a correction, a word, a missing date. */
export const addUntidyLabs = (chart: Chart): void => {
  result(chart, at('2021-06-28', '07:40'), {
    code: concept(LOINC, ['14682-9', 'Creatinine [Moles/volume] in Serum or Plasma'], 'Creatinine'),
    valueQuantity: quantity(71, 'umol/L'),
    ...range({ low: 45, high: 84 }, 'umol/L'),
  })
  result(chart, '1996-05-14', {
    code: concept(LOINC, ['14647-2', 'Cholesterol [Moles/volume] in Serum or Plasma'], 'Cholesterol'),
    valueQuantity: quantity(5.1, 'mmol/L'),
  })
  result(chart, at('2026-11-16', '11:30'), {
    status: 'preliminary',
    code: concept(LOINC, ['1988-5', 'C reactive protein [Mass/volume] in Serum or Plasma'], 'C reactive protein'),
    valueQuantity: { ...quantity(0.6, 'mg/L'), comparator: '<' },
    ...range({ high: 5 }, 'mg/L'),
  })
  result(chart, at('2026-11-16', '11:30'), {
    status: 'corrected',
    code: concept(LOINC, ['6768-6', 'Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma'], 'Alkaline phosphatase'),
    valueQuantity: quantity(142, 'U/L'),
    interpretation: [hl7('v3-ObservationInterpretation', 'N', 'Normal')],
    ...range({ low: 40, high: 129 }, 'U/L'),
    note: [{ text: 'Corrected: an earlier report gave the value of another sample.' }],
  })
  result(chart, at('2026-11-16', '11:30'), {
    code: { text: 'Vitamin D status' },
    valueString: 'sufficient',
    method: { text: 'Immunoassay' },
  })
  result(chart, null, {
    code: concept(LOINC, ['2276-4', 'Ferritin [Mass/volume] in Serum or Plasma'], 'Ferritin'),
    valueQuantity: quantity(61, 'ng/mL'),
  })
}

type Omics = { readonly code: object; readonly value: number; readonly unit: string; readonly range?: Range; readonly flag?: string }

const PROTEINS: readonly Omics[] = [
  { code: { text: 'GDF15, relative abundance' }, value: 4.21, unit: '{NPX}' },
  { code: { text: 'IL6, relative abundance' }, value: 3.05, unit: '{NPX}' },
  { code: { text: 'FGF21, relative abundance' }, value: 6.4, unit: '{NPX}' },
  { code: { text: 'LEP, relative abundance' }, value: 7.12, unit: '{NPX}' },
]

const METABOLITES: readonly Omics[] = [
  {
    code: concept(LOINC, ['20649-0', 'Leucine [Moles/volume] in Serum or Plasma'], 'Leucine'),
    value: 171,
    unit: 'umol/L',
    range: { low: 74, high: 196 },
  },
  {
    code: concept(LOINC, ['20661-5', 'Valine [Moles/volume] in Serum or Plasma'], 'Valine'),
    value: 322,
    unit: 'umol/L',
    range: { low: 136, high: 309 },
    flag: 'H',
  },
  {
    code: concept(LOINC, ['20660-7', 'Tyrosine [Moles/volume] in Serum or Plasma'], 'Tyrosine'),
    value: 88,
    unit: 'umol/L',
    range: { low: 31, high: 90 },
  },
  {
    code: concept(LOINC, ['20636-7', 'Alanine [Moles/volume] in Serum or Plasma'], 'Alanine'),
    value: 402,
    unit: 'umol/L',
    range: { low: 200, high: 579 },
  },
]

const addOmics = (chart: Chart, kind: Code, all: readonly Omics[], made: object): void => {
  for (const { code, value, unit, range: limits, flag } of all)
    result(chart, at('2026-09-14', '08:30'), {
      category: [hl7('observation-category', 'laboratory'), concept(EDAM, kind)],
      code:
        'coding' in code ? code : { ...code, coding: [{ system: OMICS_LAB, code: String((code as { text: string }).text).split(',')[0] }] },
      valueQuantity: quantity(value, unit),
      performer: [place('genomics-lab')],
      ...(limits && range(limits, unit)),
      ...(flag && { interpretation: [hl7('v3-ObservationInterpretation', flag)] }),
      ...made,
    })
}

/** A small proteome and a small metabolome, as a research-grade laboratory reports them: relative abundance has no range. */
export const addOmicsPanels = (chart: Chart): void => {
  addOmics(chart, PROTEOMICS, PROTEINS, {
    method: { text: 'Proximity extension assay, 92-protein panel' },
    specimen: { display: 'EDTA plasma' },
    device: { display: 'Protein array reader (synthetic)' },
  })
  addOmics(chart, METABOLOMICS, METABOLITES, {
    method: { text: 'Targeted metabolomics by LC-MS/MS' },
    specimen: { display: 'Heparin plasma, fasting' },
    device: { display: 'Triple quadrupole (synthetic)' },
  })
}
