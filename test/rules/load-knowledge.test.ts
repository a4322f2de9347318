import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { copyRules, type Json, RULES } from './broken-rules.ts'

const rowOf = (json: Json, id: string): Json => json.rows.find((row: Json) => (row.id ?? row.code ?? row.name ?? row.rxcui) === id)
const CLOPIDOGREL = 'guidance/clopidogrel.json'

type Case = {
  readonly title: string
  readonly file: string
  readonly change: (json: Json) => Json | undefined
  readonly row: string
  readonly problem: RegExp
}

const CASES: readonly Case[] = [
  {
    title: 'a misspelt member',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].strenght = 'Strong'
    },
    row: 'rows.0',
    problem: /Unrecognized key: "strenght"/,
  },
  {
    title: 'a row without its source',
    file: CLOPIDOGREL,
    change: (json) => {
      delete json.rows[0].source
    },
    row: 'rows.0.source',
    problem: /expected one of "CPIC"\|"DPWG"\|"FDA"/,
  },
  {
    title: 'a strength that CPIC does not have',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].strength = 'Very strong'
    },
    row: 'rows.0.strength',
    problem: /Invalid option/,
  },
  {
    title: 'an id used twice',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[1].id = json.rows[0].id
    },
    row: 'cpic/clopidogrel/1',
    problem: /taken or retired/,
  },
  {
    title: 'an id that was retired',
    file: CLOPIDOGREL,
    change: (json) => {
      json.retired = ['cpic/clopidogrel/1']
    },
    row: 'cpic/clopidogrel/1',
    problem: /taken or retired/,
  },
  {
    title: 'the same statement twice under two ids',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows.push({ ...json.rows[0], id: 'cpic/clopidogrel/99' })
    },
    row: 'cpic/clopidogrel/99',
    problem: /same statement stands in this file twice/,
  },
  {
    title: 'a row about another drug than its file',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].drug = 'prasugrel'
    },
    row: 'cpic/clopidogrel/1',
    problem: /the row is about "prasugrel"/,
  },
  {
    title: 'a drug that no table knows',
    file: CLOPIDOGREL,
    change: (json) => {
      json.drug = 'klopidogrel'
    },
    row: 'drug',
    problem: /unknown drug "klopidogrel"/,
  },
  {
    title: 'an RxNorm code that disagrees with the ingredient table',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rxcui = '32969'
    },
    row: 'rxcui',
    problem: /32969 here, 32968 in drugs\/ingredients.json/,
  },
  {
    title: 'a gene without a table',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].genes = ['CYP2C91']
    },
    row: 'cpic/clopidogrel/1',
    problem: /unknown gene "CYP2C91"/,
  },
  {
    title: 'an unknown action code',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].actions = ['prescribe-twice']
    },
    row: 'cpic/clopidogrel/1',
    problem: /unknown action code "prescribe-twice"/,
  },
  {
    title: 'an action outside the grammar',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].actions = ['dose = 50 %']
    },
    row: 'cpic/clopidogrel/1',
    problem: /does not follow the grammar/,
  },
  {
    title: 'an action whose text was not read',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].actions = ['see-source']
    },
    row: 'cpic/clopidogrel/1',
    problem: /was not read and must not be an action/,
  },
  {
    title: 'a dose of 5000 percent',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].actions = ['dose=5000%']
    },
    row: 'cpic/clopidogrel/1',
    problem: /5000% is outside 1% to 500%/,
  },
  {
    title: 'a population that no table defines',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].population = 'left-handed'
    },
    row: 'cpic/clopidogrel/1',
    problem: /population "left-handed" is not described/,
  },
  {
    title: 'a phenotype that the gene cannot have',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].when = [{ CYP2C19: ['DF'] }]
    },
    row: 'cpic/clopidogrel/1',
    problem: /no CYP2C19 result has the key "DF"/,
  },
  {
    title: 'an activity score that two alleles cannot make',
    file: 'guidance/codeine.json',
    change: (json) => {
      json.rows[0].when = [{ CYP2D6: ['2.1'] }]
    },
    row: 'cpic/codeine/1',
    problem: /no CYP2D6 result has the key "2.1"/,
  },
  {
    title: 'advice without genotypes',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].when = []
    },
    row: 'cpic/clopidogrel/1',
    problem: /advice needs actions and genotypes/,
  },
  {
    title: 'a row switched off without a reason',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].standing = 'off'
      delete json.rows[0].note
    },
    row: 'cpic/clopidogrel/1',
    problem: /must say why/,
  },
  {
    title: 'a listed row that gives advice',
    file: 'guidance/clozapine.json',
    change: (json) => {
      json.rows[0].actions = ['avoid']
    },
    row: 'fda/clozapine/1',
    problem: /a listed row has no actions/,
  },
  {
    title: 'a guideline link that is not https',
    file: CLOPIDOGREL,
    change: (json) => {
      json.rows[0].guideline.url = 'http://www.clinpgx.org/x'
    },
    row: 'rows.0.guideline.url',
    problem: /Invalid URL/,
  },
  {
    title: 'a LOINC code with a wrong check digit',
    file: 'genes/CYP2C19.json',
    change: (json) => {
      json.loinc.phenotype = '79714-4'
    },
    row: 'loinc',
    problem: /"79714-4" is not a valid LOINC code/,
  },
  {
    title: 'an HGNC id without its prefix',
    file: 'genes/CYP2C19.json',
    change: (json) => {
      json.hgnc = '2621'
    },
    row: 'hgnc',
    problem: /"2621" is not a valid HGNC code/,
  },
  {
    title: 'a pair that leads to a phenotype without a word',
    file: 'genes/CYP2C19.json',
    change: (json) => {
      json.pairs['none+none'] = 'XM'
    },
    row: 'CYP2C19',
    problem: /phenotype "XM" has no word/,
  },
  {
    title: 'a pair of functions that no allele has',
    file: 'genes/CYP2C19.json',
    change: (json) => {
      json.pairs['none+wonderful'] = 'PM'
    },
    row: 'CYP2C19',
    problem: /no allele has function "wonderful"/,
  },
  {
    title: 'a pair in the wrong order',
    file: 'genes/CYP2C19.json',
    change: (json) => {
      json.pairs['normal+none'] = 'IM'
    },
    row: 'CYP2C19',
    problem: /"normal\+none" is not in alphabetical order/,
  },
  {
    title: 'score ranges that overlap',
    file: 'genes/DPYD.json',
    change: (json) => {
      json.ranges[0].to = 1
    },
    row: 'DPYD',
    problem: /score 1 falls in 2 ranges/,
  },
  {
    title: 'score ranges with a hole',
    file: 'genes/DPYD.json',
    change: (json) => {
      json.ranges[1].to = 1
    },
    row: 'DPYD',
    problem: /score 1.5 falls in 0 ranges/,
  },
  {
    title: 'a phenotype worded otherwise than the terms say',
    file: 'genes/CYP2C19.json',
    change: (json) => {
      json.phenotypes.PM.term = 'Bad Metabolizer'
    },
    row: 'CYP2C19',
    problem: /"PM" is worded otherwise/,
  },
  {
    title: 'a gene from a source that is not listed',
    file: 'genes/CYP2C19.json',
    change: (json) => {
      json.source.id = 'hearsay'
    },
    row: 'CYP2C19',
    problem: /unknown source "hearsay"/,
  },
  {
    title: 'two drugs of one name',
    file: 'drugs/ingredients.json',
    change: (json) => {
      json.rows.push({ ...rowOf(json, 'codeine'), rxcui: null })
    },
    row: 'codeine',
    problem: /two drugs have this name/,
  },
  {
    title: 'two drugs with one RxNorm code',
    file: 'drugs/ingredients.json',
    change: (json) => {
      rowOf(json, 'dipyridamole').rxcui = '2670'
    },
    row: '2670',
    problem: /two drugs have this RxNorm code/,
  },
  {
    title: 'an RxNorm code with letters',
    file: 'drugs/ingredients.json',
    change: (json) => {
      rowOf(json, 'dipyridamole').rxcui = 'C0012582'
    },
    row: 'dipyridamole',
    problem: /"C0012582" is not a valid RxNorm code/,
  },
  {
    title: 'an ATC code that is a group, not a substance',
    file: 'drugs/ingredients.json',
    change: (json) => {
      rowOf(json, 'codeine').atc = ['R05DA']
    },
    row: 'codeine',
    problem: /"R05DA" is not a valid ATC code/,
  },
  {
    title: 'a combination of unknown parts',
    file: 'drugs/ingredients.json',
    change: (json) => {
      rowOf(json, 'lidocaine / prilocaine').components = ['lidocaine', 'prillocaine']
    },
    row: 'lidocaine / prilocaine',
    problem: /unknown component "prillocaine"/,
  },
  {
    title: 'a product of an unknown ingredient',
    file: 'drugs/products.json',
    change: (json) => {
      rowOf(json, 'clopidogrel 75 MG Oral Tablet').ingredients = ['clopidogrelum']
    },
    row: '309362',
    problem: /unknown ingredient "clopidogrelum"/,
  },
  {
    title: 'a product twice',
    file: 'drugs/products.json',
    change: (json) => {
      json.rows.push(rowOf(json, 'clopidogrel 75 MG Oral Tablet'))
    },
    row: '309362',
    problem: /stands twice/,
  },
  {
    title: 'an inhibitor that no table knows',
    file: 'phenoconversion.json',
    change: (json) => {
      json.rows[0].drug = 'buproprion'
    },
    row: 'CYP2D6 inhibitor buproprion',
    problem: /unknown drug "buproprion"/,
  },
  {
    title: 'a recalled statement about no drug promoted to seen',
    file: 'phenoconversion.json',
    change: (json) => {
      json.rows.find((row: Json) => row.drug === 'smoking').verified = 'seen'
    },
    row: 'CYP1A2 inducer smoking',
    problem: /cannot be used/,
  },
  {
    title: 'an action with an unknown consequence',
    file: 'actions.json',
    change: (json) => {
      rowOf(json, 'avoid').consequence = 'worry'
    },
    row: 'rows.5.consequence',
    problem: /Invalid option/,
  },
  {
    title: 'an alternative that no table knows',
    file: 'alternatives.json',
    change: (json) => {
      json.drugs.prasugrell = json.drugs.prasugrel
    },
    row: 'drugs',
    problem: /unknown drug "prasugrell"/,
  },
  {
    title: 'an alternative offered as a product with another code',
    file: 'alternatives.json',
    change: (json) => {
      json.drugs.prasugrel.product.code = '855813'
    },
    row: 'drugs.prasugrel.product',
    problem: /product 855813 is not "prasugrel 10 MG Oral Tablet"/,
  },
  {
    title: 'a class with a member that is no drug',
    file: 'drug-classes.json',
    change: (json) => {
      json.classes.thienopyridines.members.push('prasugrell')
    },
    row: 'classes.thienopyridines.members',
    problem: /unknown drug "prasugrell"/,
  },
  {
    title: 'an allergy code with a wrong check digit',
    file: 'drug-classes.json',
    change: (json) => {
      json.classes.opioids.allergy.snomed.push('404642007')
    },
    row: 'classes.opioids.allergy.snomed',
    problem: /"404642007" is not a valid SNOMED CT concept/,
  },
  {
    title: 'a LOINC code with a wrong check digit',
    file: 'alternatives.json',
    change: (json) => {
      json.pregnancy.status.loinc = '82810-4'
    },
    row: 'pregnancy.status.loinc',
    problem: /"82810-4" is not a valid LOINC code/,
  },
  {
    title: 'a SNOMED CT code that is a description, not a concept',
    file: 'populations.json',
    change: (json) => {
      Object.values<Json>(json.evidence)[0].snomed.push('356744012')
    },
    row: 'evidence.acs.snomed',
    problem: /"356744012" is not a valid SNOMED CT concept/,
  },
]

describe('broken rules', () => {
  const copy = copyRules()
  afterAll(copy.remove)

  it('the copy is whole before it is broken', () => {
    expect(loadKnowledge(copy.dir).version).toBe(loadKnowledge(RULES).version)
  })

  it.each([
    [
      'a check as made that is not',
      (label: Json) => (label.contraindications.items[0].by = ['thiopurine']),
      /no check "thiopurine" is made/,
    ],
    ['one part less than all four', (label: Json) => delete label.boxedWarning, /label\.boxedWarning/],
    [
      'a part without a word of what it holds',
      (label: Json) => (label.boxedWarning.items = []),
      /needs either items or the words that there/,
    ],
    ['a part without a source', (label: Json) => delete label.boxedWarning.source, /label\.boxedWarning\.source/],
  ])('a label of an alternative with %s is refused', (_what, change, problem) => {
    const found = copy.problemsAfter('alternatives.json', (json) => {
      change(json.drugs.febuxostat.label)
    })
    expect(found.map((one) => one.problem).join('\n')).toMatch(problem)
  })

  it.each(CASES)('$title is refused, with file and row', ({ file, change, row, problem }) => {
    expect(copy.problemsAfter(file, change)).toContainEqual({ file, row, problem: expect.stringMatching(problem) })
  })

  it('a replacement that a row names and no table checks is refused, with the row', () => {
    const problems = copy.problemsAfter('alternatives.json', (json) => {
      delete json.drugs.febuxostat
    })
    const problem = 'the replacement "febuxostat" is neither among the drugs nor among the phrases of alternatives.json'
    expect(problems).toEqual([{ file: 'guidance/allopurinol.json', row: 'dpwg/allopurinol/4', problem }])
  })

  it('all problems are told at once, not only the first', () => {
    const problems = copy.problemsAfter(CLOPIDOGREL, (json) => {
      json.rows[0].actions = ['prescribe-twice', 'dose=0%']
      json.rows[1].population = 'left-handed'
    })
    expect(problems).toEqual([
      { file: CLOPIDOGREL, row: 'cpic/clopidogrel/1', problem: 'unknown action code "prescribe-twice"' },
      { file: CLOPIDOGREL, row: 'cpic/clopidogrel/1', problem: '0% is outside 1% to 500% of the usual dose' },
      { file: CLOPIDOGREL, row: 'cpic/clopidogrel/2', problem: 'population "left-handed" is not described in populations.json' },
    ])
  })
})

describe('rules that cannot be read', () => {
  let copy: ReturnType<typeof copyRules>
  beforeAll(() => {
    copy = copyRules()
  })
  afterAll(() => copy.remove())

  const loading = (): unknown => {
    try {
      return loadKnowledge(copy.dir)
    } catch (error) {
      return error
    }
  }

  it('a file that is not JSON stops the start and is named', () => {
    writeFileSync(join(copy.dir, CLOPIDOGREL), '{ "drug": ')
    const error = loading()
    expect(error).toBeInstanceOf(AttuneError)
    expect(error).toMatchObject({
      code: 'rules-invalid',
      detail: '1 problem in the rules\nguidance/clopidogrel.json [-]: not valid JSON: it may be cut',
    })
  })

  it('a missing table stops the start and is named', () => {
    rmSync(join(copy.dir, CLOPIDOGREL))
    rmSync(join(copy.dir, 'phenoconversion.json'))
    expect(loading()).toMatchObject({ code: 'rules-invalid', detail: '1 problem in the rules\nphenoconversion.json [-]: missing' })
  })

  it('a folder that is not there stops the start', () => {
    copy.remove()
    expect(loading()).toMatchObject({ code: 'rules-invalid' })
  })

  it('the reader of the public text learns nothing about files', () => {
    expect(loading()).toMatchObject({ publicText: 'The rules are not valid.' })
  })
})
