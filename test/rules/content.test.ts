import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { formatAction, parseAction } from '../../src/guidance/parse-action.ts'
import type { GuidanceRow } from '../../src/guidance/rules.ts'
import { RULES } from './broken-rules.ts'

const knowledge = loadKnowledge(RULES)
const rows = [...knowledge.guidance.values()].flat()
const rowsOf = (source: GuidanceRow['source'], drug: string, key?: string): readonly GuidanceRow[] =>
  (knowledge.guidance.get(drug) ?? []).filter(
    (row) =>
      row.source === source && (key === undefined || row.when.some((entry) => Object.values(entry).some((keys) => keys.includes(key)))),
  )
const advice = (source: GuidanceRow['source'], drug: string, key?: string): (readonly string[])[] =>
  rowsOf(source, drug, key)
    .filter((row) => row.standing === 'advice')
    .map((row) => row.actions)

describe('nothing of the sources is lost', () => {
  const fromRows = rows.filter((row) => row.origin === undefined)
  const count = (source: GuidanceRow['source']): number => fromRows.filter((row) => row.source === source).length

  it('447 CPIC and 213 DPWG rows, 660 together', () => {
    expect({ CPIC: count('CPIC'), DPWG: count('DPWG') }).toEqual({ CPIC: 447, DPWG: 213 })
  })

  it('7 further CPIC rows from the warfarin flow chart and the interferon genotype', () => {
    expect(rows.filter((row) => row.origin === 'special').map((row) => row.id)).toEqual([
      'cpic/peginterferon-alfa-2a/1',
      'cpic/peginterferon-alfa-2a/2',
      'cpic/peginterferon-alfa-2b/1',
      'cpic/peginterferon-alfa-2b/2',
      'cpic/ribavirin/1',
      'cpic/ribavirin/2',
      'cpic/warfarin/1',
    ])
  })

  it('228 FDA entries; those that name several phenotypes or places of a label stand as a row for each', () => {
    const entries = new Set(rows.filter((row) => row.source === 'FDA').map((row) => `${row.drug} ${row.guideline.id}`))
    const twice = ['capecitabine PA166329554', 'fluorouracil PA166329568'] // two entries of one id: PM and IM
    expect({ rows: count('FDA'), entries: entries.size + twice.length }).toEqual({ rows: 246, entries: 228 })
  })

  it('138 FDA entries were not read and are only listed', () => {
    expect(rows.filter((row) => row.standing === 'listed').length).toBe(138)
  })

  it('518 CPIC pairs, with the drugs that orders name', () => {
    expect(knowledge.pairs.length).toBe(518)
    expect(knowledge.pairs.filter(({ drugs }) => drugs.length === 0).map(({ drug }) => drug)).toEqual([
      'hormonal contraceptives for systemic use',
    ])
  })

  it('23 genes with 1381 alleles, 193 drugs with guidance', () => {
    const alleles = [...knowledge.genes.values()].flatMap((gene) => Object.keys(gene.alleles))
    expect([knowledge.genes.size, alleles.length, knowledge.guidance.size]).toEqual([23, 1381, 193])
  })

  it('166 modifiers and two of the same drugs; 53 were seen in the reference, 78 in a source read since, 37 stay off', () => {
    const { modifiers } = knowledge
    const seen = modifiers.filter((row) => row.verified === 'seen')
    expect({
      rows: modifiers.length,
      reference: seen.filter((row) => row.source === undefined).length,
      since: seen.filter((row) => row.source !== undefined).length,
      off: modifiers.length - seen.length,
    }).toEqual({ rows: 168, reference: 53, since: 78, off: 37 })
  })

  it('a modifier that is off says what was found about it, and none that is on rests on memory', () => {
    const { modifiers } = knowledge
    expect(modifiers.filter((row) => row.verified === 'recalled' && !row.note)).toEqual([])
    expect(modifiers.filter((row) => row.verified === 'recalled' && row.source)).toEqual([])
    expect(modifiers.filter((row) => row.verified === 'seen' && row.basis === 'FDA interaction table')).toEqual([])
  })

  it('where the source grades a modifier otherwise than recalled, the source counts', () => {
    const differ = knowledge.modifiers.filter((row) => row.note?.startsWith('recalled as'))
    expect(differ.map((row) => `${row.enzyme} ${row.drug}: ${row.strength}, ${row.note?.split(';')[0]}`)).toEqual([
      'CYP3A ribociclib: moderate, recalled as strong',
      'CYP3A cyclosporine: weak, recalled as moderate',
      'CYP3A fluvoxamine: weak, recalled as moderate',
      'CYP2C19 moclobemide: moderate, recalled as weak',
      'CYP2C9 carbamazepine: weak, recalled as moderate',
      'CYP2B6 carbamazepine: strong, recalled as weak',
      'CYP1A2 ciprofloxacin: moderate, recalled as strong',
    ])
  })

  it('3136 products of the two RxNorm tables, and seven looked up for alternatives', () => {
    const products = JSON.parse(readFileSync(join(RULES, 'drugs/products.json'), 'utf8')) as { rows: { source?: string }[] }
    expect({ all: products.rows.length, own: products.rows.filter((row) => row.source !== undefined).length }).toEqual({
      all: 3143,
      own: 7,
    })
  })
})

describe('what is not used says why', () => {
  it('every row that is off has its reason', () => {
    const off = rows.filter((row) => row.standing === 'off')
    expect(off.map((row) => row.id).sort()).toEqual([
      'cpic/hydralazine/2',
      'dpwg/atazanavir/2',
      'dpwg/carbamazepine/3',
      'dpwg/flucytosine/2',
      'dpwg/rosuvastatin/2',
      'dpwg/tegafur/4',
    ])
    expect(off.every(({ note }) => (note?.length ?? 0) > 20)).toBe(true)
  })
})

describe('actions', () => {
  const texts = [...new Set(rows.flatMap((row) => row.actions))].sort()

  it('every action of the rules survives being read and written again', () => {
    expect(texts.map((text) => formatAction(parseAction(text)))).toEqual(texts)
  })

  it.each([
    ['standard', { code: 'standard' }],
    ['start=50%', { code: 'start', value: '50%' }],
    ['start<=20 mg/day', { code: 'start', value: '<=20 mg/day' }],
    [
      'dose=10% three times a week(malignancy, e.g. 10 mg/m2)',
      { code: 'dose', value: '10% three times a week', detail: 'malignancy, e.g. 10 mg/m2' },
    ],
    ['if-used:max<20 mg/day', { code: 'max', value: '<20 mg/day', condition: { kind: 'if-used' } }],
    ['if-chronic(over 12 weeks):maint=50%', { code: 'maint', value: '50%', condition: { kind: 'if-chronic', text: 'over 12 weeks' } }],
    ['if(PCI, stroke or TIA):avoid', { code: 'avoid', condition: { kind: 'if', text: 'PCI, stroke or TIA' } }],
    ['or:avoid', { code: 'avoid', condition: { kind: 'or' } }],
  ])('%s is read as the grammar says', (text, action) => {
    expect(parseAction(text)).toEqual(action)
  })

  it.each(['', 'Avoid', 'avoid it', 'dose=', 'if():avoid', 'if(a):if-adr:dose=50%', 'avoid(', 'sometimes:avoid'])(
    '"%s" is no action',
    (text) => {
      expect(() => parseAction(text)).toThrow(TypeError)
    },
  )

  it('text that was not read is never an action', () => {
    expect(texts.filter((text) => text.includes('see-source'))).toEqual([])
    expect(rowsOf('DPWG', 'codeine', '0.0').map((row) => row.note)).toEqual(['the source says more that was not read: if(cough):text'])
  })
})

describe('facts a pharmacist would look for', () => {
  it('CPIC: abacavir is to be avoided with HLA-B*57:01 (2014)', () => {
    expect(advice('CPIC', 'abacavir', '*57:01 positive')).toEqual([['avoid']])
  })

  it('CPIC: capecitabine starts at half the dose at DPYD score 1.0 (2018)', () => {
    expect(advice('CPIC', 'capecitabine', '1.0').map(([first]) => first)).toEqual(['start=50%'])
  })

  it('DPWG DPYD keys are plain scores', () => {
    const keys = rows.filter((row) => row.source === 'DPWG').flatMap((row) => row.when.flatMap((entry) => entry.DPYD ?? []))
    expect([...new Set(keys)].sort()).toEqual(['0.0', '0.5', '1.0', '1.5', '2.0'])
  })

  it('FDA entries never say to one phenotype what they mean for another', () => {
    expect(advice('FDA', 'thioguanine', 'PM')).toEqual([['start=10% or less']])
    expect(advice('FDA', 'thioguanine', 'IM').flat()).toContain('consider-dose-reduction')
    expect(advice('FDA', 'brivaracetam', 'IM')).toEqual([['information']])
  })

  it('FDA: tramadol is contraindicated for children only, and the row says so as a condition', () => {
    expect(advice('FDA', 'tramadol', 'UM').flat().map(parseAction)).toEqual([
      {
        code: 'contraindicated',
        condition: { kind: 'if', text: 'under 12 y, or adolescent after tonsillectomy or adenoidectomy' },
      },
      { code: 'avoid', condition: { kind: 'if', text: 'breastfeeding' } },
    ])
  })

  it('the newer thiopurine rows of 2026 overrule those of 2024 where both match', () => {
    expect(rowsOf('CPIC', 'azathioprine', 'IM').some((row) => row.guideline.asOf === '2026-07' && row.superseded === undefined)).toBe(true)
    expect(
      rowsOf('CPIC', 'azathioprine')
        .filter((row) => row.guideline.asOf === '2024-03')
        .every((row) => row.superseded === 'partly'),
    ).toBe(true)
  })

  it('DPWG: mavacamten in CYP2C19 poor metabolizers depends on the CYP3A4 inhibitor', () => {
    expect(advice('DPWG', 'mavacamten', 'PM')).toEqual([
      [
        'if(no CYP3A4 inhibitor):start=2.5 mg/day',
        'if(no CYP3A4 inhibitor):max=5 mg/day',
        'if(weak or moderate CYP3A4 inhibitor):max=2.5 mg/day',
        'if(strong CYP3A4 inhibitor):contraindicated',
      ],
    ])
  })

  it('recalled facts about warfarin are kept apart and are no advice', () => {
    const special = knowledge.tables.get('special') as { groups: { warfarin: { recalled: string[] } } }
    expect(special.groups.warfarin.recalled).toEqual(['10-25% for heterozygotes', 'CYP4F2 5-10%', 'PMID'])
    expect(rowsOf('CPIC', 'warfarin').map((row) => [row.actions, row.strength, row.guideline.pmid])).toEqual([
      [['algorithm(validated, with CYP2C9, VKORC1 and clinical factors, for a target INR of 2 to 3)'], null, ['28198005', '21900891']],
    ])
  })

  it('guideline links lead to the page of the guideline, the association or the label', () => {
    const url = (id: string): string | undefined => rows.find((row) => row.id === id)?.guideline.url
    expect([url('cpic/abacavir/1'), url('fda/abacavir/1'), url('fda/abacavir/2')]).toEqual([
      'https://www.clinpgx.org/guidelineAnnotation/PA166104997',
      'https://www.clinpgx.org/fdaPgxAssociations#PA166329541',
      'https://www.clinpgx.org/labelAnnotation/PA166104833',
    ])
  })
})

describe('gene tables', () => {
  const gene = (symbol: string) => {
    const table = knowledge.genes.get(symbol)
    if (table === undefined) throw new Error(`no table for ${symbol}`)
    return table
  }

  it('CYP2D6 knows copy-number alleles as alleles of their own', () => {
    const { alleles } = gene('CYP2D6')
    expect([alleles['*1x2'], alleles['*1x≥3'], alleles['*4x2'], alleles['*10']].map((allele) => allele?.activity)).toEqual([
      '2.0',
      '≥3.0',
      '0.0',
      '0.25',
    ])
  })

  it('thiopurine genes follow the tables of 2025 and flag what 2026 changed', () => {
    expect(gene('TPMT').alleles['*5']).toMatchObject({ function: 'uncertain', flags: ['2026:none'] })
    expect(gene('NUDT15').alleles['*13']).toMatchObject({ function: 'none', flags: ['function-2026'] })
  })

  it('one non-functional G6PD allele decides in males, and with a normal one is variable in females', () => {
    const { pairs } = gene('G6PD')
    expect([pairs?.['class-II'], pairs?.['class-II+class-IV'], pairs?.['class-IV']]).toEqual(['deficient', 'variable', 'normal'])
  })

  it('a malignant-hyperthermia gene is never normal', () => {
    expect(Object.keys(gene('RYR1').phenotypes).sort()).toEqual(['MHS', 'US'])
  })

  it('VKORC1 is read as a genotype of the plus strand', () => {
    expect(gene('VKORC1').pairs).toEqual({ 'C+C': '-1639GG', 'C+T': '-1639AG', 'T+T': '-1639AA' })
  })

  it('HLA alleles of interest are positive or negative, one by one', () => {
    expect([gene('HLA-A').presence, gene('HLA-B').presence]).toEqual([['*31:01'], ['*15:02', '*57:01', '*58:01', '*15:11']])
  })
})

describe('knowledge is fixed once loaded', () => {
  it('rows cannot be changed', () => {
    expect(() => Object.assign(rows[0] as object, { strength: 'Strong' })).toThrow(TypeError)
    expect(() => Object.assign(rows[0]?.guideline as object, { year: 2030 })).toThrow(TypeError)
  })

  it('the version names the release and the hash of all rule files', () => {
    expect(knowledge.version).toMatch(/^2026\.11\.0\+sha256:[0-9a-f]{64}$/)
  })
})
