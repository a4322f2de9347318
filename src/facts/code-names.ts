import type { Coding } from '../contract/lineage.ts'

/**
 * Plain names, in our own words, for LOINC codes that devices and labs send without any display.
 * Source: HL7 CGM guide and US Core, as listed in fhir-genomics, section 6. The two low-glucose ranges (104641-6, 104642-4) are left out
 * on purpose: the guide's own comments swap their levels, so only a display may name them.
 */
const NAMES: Readonly<Record<string, string>> = {
  '99504-3': 'Sensor glucose',
  '105272-9': 'Sensor glucose',
  '107931-8': 'Continuous glucose monitoring summary',
  '106793-3': 'Times in glucose ranges',
  '97507-8': 'Mean sensor glucose',
  '105273-7': 'Mean sensor glucose',
  '97506-0': 'Glucose management indicator',
  '97510-2': 'Time in glucose range',
  '104638-2': 'Glucose coefficient of variation',
  '104636-6': 'Days of sensor wear',
  '104637-4': 'Sensor active time',
  '41950-7': 'Steps in 24 hours',
  '40443-4': 'Resting heart rate',
  '85354-9': 'Blood pressure',
  '8480-6': 'Systolic blood pressure',
  '8462-4': 'Diastolic blood pressure',
  '8867-4': 'Heart rate',
  '9279-1': 'Respiratory rate',
  '8310-5': 'Body temperature',
  '2708-6': 'Oxygen saturation',
  '59408-5': 'Oxygen saturation by pulse oximetry',
  '39156-5': 'Body mass index',
  '29463-7': 'Body weight',
  '8302-2': 'Body height',
  '2160-0': 'Creatinine',
  '72166-2': 'Tobacco smoking status',
  '82810-3': 'Pregnancy status',
}

/** Name of the first coding that is known here; null when none is. */
export const nameOfCode = (codes: readonly Coding[]): string | null => {
  for (const { system, code } of codes) if (system === 'http://loinc.org' && Object.hasOwn(NAMES, code)) return NAMES[code] ?? null
  return null
}
