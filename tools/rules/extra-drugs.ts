/** Drugs that guidance names as alternatives, beyond those with guidance or in the modifier table. */
export const EXTRA_DRUGS: readonly {
  readonly name: string
  readonly rxcui: string | null
  readonly brands?: readonly string[]
  readonly atc?: readonly string[]
  readonly source: string
}[] = [
  'prasugrel',
  'ticagrelor',
  'aspirin',
  'dipyridamole',
  'isavuconazole',
  'amphotericin b',
  'granisetron',
  'mirtazapine',
  'olanzapine',
  'sotalol',
  'disopyramide',
  'clonidine',
  'bisoprolol',
  'flupentixol',
  'penfluridol',
  'morphine',
  'febuxostat',
].map((name) => ({ name, rxcui: null, source: 'recommendations' }))

/** Other names under which a substance is written on orders. */
export const NAMES: Readonly<Record<string, readonly string[]>> = {
  acetaminophen: ['paracetamol', 'apap'],
  aspirin: ['acetylsalicylic acid', 'asa'],
  'ascorbic acid': ['vitamin c'],
  cyclosporine: ['ciclosporin', 'cyclosporin'],
  epinephrine: ['adrenaline'],
  fluorouracil: ['5-fluorouracil', '5-fu'],
  flupentixol: ['flupenthixol'],
  goldenseal: ['goldenseal extract'],
  glyburide: ['glibenclamide'],
  hypericum: ["st. john's wort", 'st johns wort', "st john's wort", 'hypericum perforatum'],
  mercaptopurine: ['6-mercaptopurine', '6-mp'],
  'methylene blue': ['methylthioninium'],
  rifampin: ['rifampicin'],
  'sulfamethoxazole / trimethoprim': ['co-trimoxazole'],
  thioguanine: ['tioguanine', '6-thioguanine'],
  'toluidine blue': ['tolonium'],
}

/** RxNorm ingredient codes that the reference gives without saying to which part of a combination they belong. */
export const SINGLE_CODES: Readonly<Record<string, string>> = { acetaminophen: '161', caffeine: '1886', epinephrine: '3992' }
