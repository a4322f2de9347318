import { PRODUCTS } from './medicines.ts'

const product = (name: keyof typeof PRODUCTS): [string, string] => [PRODUCTS[name].rxcui, PRODUCTS[name].name]

/** RxNorm codes of the charts that the rules' tables do not hold: a real chart has such, too. The products all stand in public Synthea sample charts. */
export const RXNORM_OUTSIDE_THE_RULES: ReadonlyMap<string, string> = new Map([
  product('aspirin81'),
  product('metformin500'),
  product('lisinopril10'),
  product('acetaminophen325'),
  product('levothyroxine75'),
  product('prednisone5'),
  product('amoxicillin500'),
  product('albuterol'),
  product('ferrousSulfate'),
  ['733', 'ampicillin'],
  ['7980', 'penicillin G'],
  ['10831', 'sulfamethoxazole / trimethoprim'],
])
