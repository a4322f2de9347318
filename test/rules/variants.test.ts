import { afterAll, describe, expect, it } from 'vitest'
import { copyRules, type Json } from './broken-rules.ts'

const rules = copyRules()
afterAll(rules.remove)

const FILE = 'genes/UGT1A1.variants.json'

/** Wrong definitions, and what the start says of them. */
const cases: readonly { readonly name: string; readonly says: string; readonly change: (json: Json) => void }[] = [
  {
    name: 'a base that its position does not have',
    says: '*6: T is not among the bases of position 233760498',
    change: (json) => {
      json.alleles['*6'].at['233760498'] = 'T'
    },
  },
  {
    name: 'an unknown position',
    says: '*6: unknown position 1',
    change: (json) => {
      json.alleles['*6'].at['1'] = 'A'
    },
  },
  {
    name: 'a letter that stands for no bases',
    says: '*6: unknown letter "Q" at position 233760498',
    change: (json) => {
      json.alleles['*6'].at['233760498'] = 'Q'
    },
  },
  {
    name: 'a letter that stands for a base which the position does not have',
    says: '*6: C, T is not among the bases of position 233760498',
    change: (json) => {
      json.alleles['*6'].at['233760498'] = 'Y'
    },
  },
  {
    name: 'two alleles with one definition',
    says: '*27: has the same definition as *6',
    change: (json) => {
      json.alleles['*27'] = json.alleles['*6']
    },
  },
  {
    name: 'an empty definition',
    says: '*6: has an empty definition',
    change: (json) => {
      json.alleles['*6'].at = {}
    },
  },
  {
    name: 'an allele that the gene’s table lacks',
    says: '*600: allele is not in genes/UGT1A1.json',
    change: (json) => {
      json.alleles['*600'] = { at: { '233760498': 'A', '233760973': 'A' } }
    },
  },
  {
    name: 'a position twice',
    says: '233760498: position stands twice',
    change: (json) => {
      json.positions.push({ ...json.positions[2], rsid: null })
    },
  },
  {
    name: 'an rsid twice',
    says: 'rs887829: rsid stands twice',
    change: (json) => {
      json.positions[1].rsid = 'rs887829'
    },
  },
  {
    name: 'an other base that is the reference base',
    says: '233760498: the same base twice in G, G',
    change: (json) => {
      json.positions[2].alts = ['G']
    },
  },
  {
    name: 'other bases without a name each',
    says: '233760233: 3 other bases, but 1 names',
    change: (json) => {
      json.positions[1].names = ['g.1A>C']
    },
  },
  {
    name: 'a reference allele that leaves positions open',
    says: '*1: the reference allele must define every position',
    change: (json) => {
      json.alleles['*1'] = { at: { '233760498': 'G' } }
    },
  },
  {
    name: 'a rule of calling that names an unknown allele',
    says: '*800: unknown allele in a rule of calling',
    change: (json) => {
      json.cannotRuleOut[0].alternative = '*1/*800'
    },
  },
  {
    name: 'a rule of calling that names an unknown position',
    says: '5: unknown position in a rule of calling',
    change: (json) => {
      json.singleSite = { pos: 5, basis: 'nobody' }
    },
  },
  {
    name: 'bases that are not bases',
    says: 'positions.0.ref: is not a sequence of A, C, G and T',
    change: (json) => {
      json.positions[0].ref = 'c'
    },
  },
  {
    name: 'another assembly',
    says: 'assembly: Invalid input: expected "GRCh38"',
    change: (json) => {
      json.assembly = 'GRCh37'
    },
  },
  {
    name: 'a source that is not listed',
    says: 'source: unknown source "somewhere"',
    change: (json) => {
      json.source.id = 'somewhere'
    },
  },
  {
    name: 'a member that nobody knows',
    says: '-: Unrecognized key: "special"',
    change: (json) => {
      json.special = []
    },
  },
  {
    name: 'the definitions of another gene',
    says: 'TPMT: the file is named otherwise than its gene',
    change: (json) => {
      json.symbol = 'TPMT'
    },
  },
]

describe('Allele definitions that are wrong stop the start', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { says, change }) => {
    const problems = rules.problemsAfter(FILE, change).filter(({ file }) => file === FILE)
    expect(problems.map(({ row, problem }) => `${row}: ${problem}`)).toContain(says)
  })

  it('the definitions of this release have no problem', () => {
    expect(rules.problemsAfter(FILE, () => undefined)).toEqual([])
  })
})
