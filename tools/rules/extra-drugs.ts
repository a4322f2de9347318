import { CLASS_DRUGS } from './class-drugs.ts'

/** A substance beyond those with guidance or in the modifier table. */
export type ExtraDrug = {
  readonly name: string
  readonly rxcui: string | null
  readonly source: string
  readonly from: 'alternative' | 'other'
}

/** RxNorm ingredient codes by the source in `rules/sources.json` that was read for them. */
const CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'cpic-schema': {
    'ascorbic acid': '1151',
    albuterol: '435',
    aspirin: '1191',
    budesonide: '19831',
    captopril: '1998',
    cisplatin: '2555',
    cyclophosphamide: '3002',
    digoxin: '3407',
    diclofenac: '3355',
    epirubicin: '3995',
    etoposide: '4179',
    fentanyl: '4337',
    'fluticasone propionate': '50121',
    furosemide: '4603',
    gemcitabine: '12574',
    hydrochlorothiazide: '5487',
    'isosorbide dinitrate': '6058',
    leucovorin: '6313',
    metformin: '6809',
    methotrexate: '6851',
    methylphenidate: '6901',
    midazolam: '6960',
    mirtazapine: '15996',
    morphine: '7052',
    'mycophenolic acid': '7145',
    naloxone: '7242',
    naltrexone: '7243',
    oxaliplatin: '32592',
    oxazepam: '7781',
    palonosetron: '70561',
    phenazopyridine: '8120',
    probenecid: '8698',
    rosiglitazone: '84108',
    salmeterol: '36117',
    sildenafil: '136411',
    sirolimus: '35302',
    spironolactone: '9997',
    timolol: '10600',
    tiotropium: '69120',
    triamcinolone: '10759',
    'valproic acid': '11118',
  },
  'ecqm-value-sets': { bisoprolol: '19484' },
  'rxnav-copy': {
    abrocitinib: '2591476',
    alprazolam: '596',
    apalutamide: '1999574',
    apixaban: '1364430',
    azithromycin: '18631',
    buprenorphine: '1819',
    clonazepam: '2598',
    cobicistat: '1306284',
    colchicine: '2683',
    dabigatran: '1546356',
    desvenlafaxine: '734064',
    dihydrocodeine: '23088',
    disopyramide: '3541',
    doxycycline: '3640',
    duvelisib: '2058509',
    edoxaban: '1599538',
    enzalutamide: '1307298',
    'ethinyl estradiol': '4124',
    ethylmorphine: '4166',
    everolimus: '141704',
    famotidine: '4278',
    felodipine: '4316',
    gemfibrozil: '4719',
    heparin: '5224',
    hydroxyzine: '5553',
    idelalisib: '1544460',
    indomethacin: '5781',
    'insulin glargine': '274783',
    isavuconazole: '1720882',
    ivosidenib: '2049873',
    lefamulin: '2198944',
    leflunomide: '27169',
    levonorgestrel: '6373',
    levothyroxine: '10582',
    lisinopril: '29046',
    lithium: '6448',
    lorlatinib: '2103164',
    meperidine: '6754',
    naproxen: '7258',
    nifedipine: '7417',
    nitroglycerin: '4917',
    linezolid: '190376',
    oxymorphone: '7814',
    'penicillin v': '7984',
    phenelzine: '8123',
    prasugrel: '613391',
    remifentanil: '73032',
    ribociclib: '1873916',
    rivaroxaban: '1114195',
    sotalol: '9947',
    sotorasib: '2550714',
    sumatriptan: '37418',
    tapentadol: '787390',
    'tenofovir disoproxil': '300195',
    theophylline: '10438',
    ticagrelor: '1116632',
    tizanidine: '57258',
    topiramate: '38404',
    tranylcypromine: '10734',
    tucatinib: '2361285',
    zidovudine: '11413',
  },
}

/** Drugs that guidance names as alternatives; those without a code here have none in a source that was read. */
const ALTERNATIVES = [
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
]

/** Drugs that the checks of alternatives ask about (rules/alternatives.json) and whose code was not found. */
const CHECKED = [
  'isocarboxazid',
  'rasagiline',
  'selegiline',
  'baclofen',
  'cyclobenzaprine',
  'methocarbamol',
  'metaxalone',
  'chlorzoxazone',
  'suvorexant',
  'lemborexant',
  'lurasidone',
  'levomepromazine',
  'nalmefene',
  'samidorphan',
]

export const EXTRA_DRUGS: readonly ExtraDrug[] = [
  ...Object.entries(CODES).flatMap(([source, codes]) =>
    Object.entries(codes).map(([name, rxcui]) => ({
      name,
      rxcui,
      source,
      from: ALTERNATIVES.includes(name) ? ('alternative' as const) : ('other' as const),
    })),
  ),
  ...ALTERNATIVES.filter((name) => !Object.values(CODES).some((codes) => name in codes)).map((name) => ({
    name,
    rxcui: null,
    source: 'recommendations',
    from: 'alternative' as const,
  })),
  ...CHECKED.map((name) => ({ name, rxcui: null, source: 'alternatives', from: 'other' as const })),
  ...CLASS_DRUGS,
]

/** Combinations that guidance names as one alternative. */
export const EXTRA_COMBINATIONS: Readonly<Record<string, readonly string[]>> = { 'aspirin / dipyridamole': ['aspirin', 'dipyridamole'] }

/** Products that guidance's alternatives are offered as, and the source read for the code. */
export const EXTRA_PRODUCTS: readonly {
  readonly rxcui: string
  readonly tty: 'SCD'
  readonly name: string
  readonly ingredients: readonly string[]
  readonly source: string
}[] = [
  { rxcui: '855812', tty: 'SCD', name: 'prasugrel 10 MG Oral Tablet', ingredients: ['prasugrel'], source: 'synthea' },
  { rxcui: '1116635', tty: 'SCD', name: 'ticagrelor 90 MG Oral Tablet', ingredients: ['ticagrelor'], source: 'qi-core' },
  { rxcui: '311725', tty: 'SCD', name: 'mirtazapine 15 MG Oral Tablet', ingredients: ['mirtazapine'], source: 'ecqm-value-sets' },
  { rxcui: '892582', tty: 'SCD', name: 'morphine sulfate 15 MG Oral Tablet', ingredients: ['morphine'], source: 'ecqm-value-sets' },
  { rxcui: '314154', tty: 'SCD', name: 'olanzapine 10 MG Oral Tablet', ingredients: ['olanzapine'], source: 'ecqm-value-sets' },
  { rxcui: '854905', tty: 'SCD', name: 'bisoprolol fumarate 5 MG Oral Tablet', ingredients: ['bisoprolol'], source: 'ecqm-value-sets' },
  {
    rxcui: '259081',
    tty: 'SCD',
    name: '12 HR aspirin 25 MG / dipyridamole 200 MG Extended Release Oral Capsule',
    ingredients: ['aspirin', 'dipyridamole'],
    source: 'openfda-ndc',
  },
]

/** Other names under which a substance is written on orders. */
export const NAMES: Readonly<Record<string, readonly string[]>> = {
  acetaminophen: ['paracetamol', 'apap'],
  albuterol: ['salbutamol'],
  aspirin: ['acetylsalicylic acid', 'asa'],
  bendroflumethiazide: ['bendrofluazide'],
  benztropine: ['benzatropine'],
  chlorthalidone: ['chlortalidone'],
  'ascorbic acid': ['vitamin c'],
  cyclosporine: ['ciclosporin', 'cyclosporin'],
  epinephrine: ['adrenaline'],
  'ethacrynic acid': ['etacrynic acid'],
  fluorouracil: ['5-fluorouracil', '5-fu'],
  flupentixol: ['flupenthixol'],
  goldenseal: ['goldenseal extract'],
  furosemide: ['frusemide'],
  glyburide: ['glibenclamide'],
  'interferon alfa-2b, recombinant': ['interferon alfa-2b'],
  hypericum: ["st. john's wort", 'st johns wort', "st john's wort", 'hypericum perforatum'],
  levomepromazine: ['methotrimeprazine'],
  meperidine: ['pethidine'],
  mesalazine: ['mesalamine'],
  mercaptopurine: ['6-mercaptopurine', '6-mp'],
  'methylene blue': ['methylthioninium'],
  nitroglycerin: ['glyceryl trinitrate'],
  rifampin: ['rifampicin'],
  'sulfamethoxazole / trimethoprim': ['co-trimoxazole'],
  thioguanine: ['tioguanine', '6-thioguanine'],
  torsemide: ['torasemide'],
  'toluidine blue': ['tolonium'],
  'valproic acid': ['valproate', 'divalproex'],
}

/** RxNorm ingredient codes that the reference gives without saying to which part of a combination they belong. */
export const SINGLE_CODES: Readonly<Record<string, string>> = { acetaminophen: '161', caffeine: '1886', epinephrine: '3992' }
