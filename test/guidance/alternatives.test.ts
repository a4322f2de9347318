import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawPatient, sketchSchema } from '../../src/cli/patient-sketch.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Alternative, DrugAssessment, Finding } from '../../src/contract/findings.ts'
import { namedAsNoReplacement, namedAsReplacement } from '../../src/guidance/alternatives/names.ts'
import { alternativesSchema, drugClassesSchema, TOPICS } from '../../src/guidance/alternatives/table.ts'
import { assess } from '../../src/guidance/assess.ts'
import { parseAction } from '../../src/guidance/parse-action.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const knowledge = theKnowledge()
const table = alternativesSchema.parse(knowledge.tables.get('alternatives'))
const { classes } = drugClassesSchema.parse(knowledge.tables.get('drug-classes'))
const advice = [...knowledge.guidance.values()].flat().filter(({ standing }) => standing === 'advice')

/** The drug that a word of a row means. */
const meant = (name: string): string | null => {
  const phrase = table.phrases[name]
  return phrase === undefined ? name : 'drug' in phrase ? phrase.drug : null
}
const namedBy = (actions: readonly string[]): string[] => actions.map(parseAction).flatMap(namedAsReplacement)

const draw = (sketch: object): PatientFacts => drawPatient(sketchSchema.parse(sketch), knowledge)
const look = (facts: PatientFacts): readonly DrugAssessment[] =>
  assess(facts, callGenes(facts, knowledge.genes, knowledge.modifiers), knowledge, { precedence: ['CPIC', 'DPWG', 'FDA'] }).orders.flatMap(
    ({ drugs }) => drugs,
  )
const replacements = (facts: PatientFacts): readonly Alternative[] => look(facts).flatMap(({ alternatives }) => alternatives)
const one = (name: string, facts: PatientFacts): Alternative => {
  const found = replacements(facts).find(({ drug }) => drug.name === name)
  if (!found) throw new Error(`${name} is not among the replacements`)
  return found
}
const answer = (what: string, { checked }: Alternative) => checked.find((check) => check.what === what)

describe('the table of replacements', () => {
  const named = new Set(advice.flatMap(({ actions }) => namedBy(actions)))
  const ruledOut = new Set(advice.flatMap(({ actions }) => actions.map(parseAction).flatMap(namedAsNoReplacement)))

  it('holds every replacement that a row names, and no other', () => {
    const drugs = [...named].map(meant).filter((name) => name !== null)
    expect([...new Set(drugs)].sort()).toEqual(Object.keys(table.drugs).sort())
    expect(drugs.length).toBeGreaterThan(30)
  })

  it('holds no phrase that no row uses', () => {
    for (const phrase of Object.keys(table.phrases)) expect([...named, ...ruledOut]).toContain(phrase)
  })

  it('names drugs that the rules know, and products that hold nothing else', () => {
    for (const [name, { product, parts }] of Object.entries(table.drugs)) {
      expect(knowledge.drugs.ingredient(name)?.name).toBe(name)
      if (!product) continue
      const held = knowledge.drugs.product(product.code)?.ingredients ?? []
      expect(held.length, name).toBeGreaterThan(0)
      for (const ingredient of held) expect([name, ...(parts ?? [])]).toContain(ingredient)
    }
  })

  it('cites a copy that can be opened for every check, and no search', () => {
    const cited = [
      ...Object.values(table.drugs).flatMap(({ checks, product, start, pregnancy }) => [
        ...checks,
        ...[product, start, pregnancy].filter((row) => row !== undefined),
      ]),
      ...Object.values(classes),
    ]
    // A code of one product may stand in an address; words that were searched for may not.
    for (const { url } of cited) expect(url).not.toMatch(/[?&](query|q|labeltype)=|[?&]search=(?!product_ndc)/)
  })

  it('offers no product of a drug whose contraindications nobody read', () => {
    const silent = Object.entries(table.drugs).filter(([, { checks }]) => !checks.some(({ topic }) => topic === TOPICS[0]))
    for (const [name, { product }] of silent) expect(product, name).toBeUndefined()
  })
})

const NEVER = new Set<Finding['consequence']>(['contraindicated', 'avoid', 'alternative'])
const isSure = ({ population, basis }: Finding): boolean =>
  population?.state !== 'undecided' && basis.every(({ state }) => state !== 'candidate')

/** Patients with a result for which a row names a replacement, with results of other genes, medicines and allergies. */
const rowsNaming = advice.filter(
  ({ drug, actions, when }) => namedBy(actions).some((name) => meant(name)) && when.length > 0 && knowledge.drugs.ingredient(drug),
)
const results = (gene: string): readonly string[] => Object.keys(knowledge.genes.get(gene)?.phenotypes ?? {})
const someGenes = ['CYP2C19', 'CYP2D6', 'CYP2C9', 'SLCO1B1', 'ABCG2', 'CYP2B6'].filter((gene) => results(gene).length > 0)
const anyPatient = fc
  .record({
    row: fc.constantFrom(...rowsNaming),
    pick: fc.nat(),
    others: fc.record(Object.fromEntries(someGenes.map((gene) => [gene, fc.constantFrom(...results(gene))])), { requiredKeys: [] }),
    age: fc.option(fc.integer({ min: 0, max: 95 }), { nil: undefined }),
    medicines: fc.subarray(['azathioprine', 'fluoxetine', 'warfarin', 'quinidine', 'clarithromycin', 'phenelzine'], { maxLength: 2 }),
    allergies: fc.subarray(['aspirin', 'Opioids', 'fluconazole', 'sertraline', 'prasugrel', 'Zorblaxin'], { maxLength: 2 }),
  })
  .map(({ row, pick, others, age, medicines, allergies }) => {
    const cell = row.when[pick % row.when.length] ?? {}
    const own = Object.entries(cell).flatMap(([gene, keys]) => {
      const key = keys[pick % Math.max(1, keys.length)]
      return key === undefined || key === 'NR' ? [] : [[gene, key]]
    })
    const genes = { ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)), ...Object.fromEntries(own) }
    const conditions = [{ name: 'Acute coronary syndrome', snomed: '394659003' }]
    return { genes, medicines, allergies, conditions, order: { drug: row.drug }, ...(age === undefined ? {} : { age }) }
  })
  .filter((sketch) => {
    try {
      return draw(sketch).orders.length > 0
    } catch {
      return false
    }
  })

describe('laws of replacements', () => {
  it('one to which an allergy is recorded is never offered', { timeout: 600_000 }, () => {
    let offered = 0
    fc.assert(
      fc.property(anyPatient, (sketch) => {
        for (const { drug, verdict } of replacements(draw(sketch))) {
          if (verdict === 'fits') offered += 1
          for (const allergen of table.drugs[drug.name]?.parts ?? [drug.name]) {
            const facts = draw({ ...sketch, allergies: [...sketch.allergies, allergen] })
            expect(one(drug.name, facts).verdict, `${drug.name} with an allergy to ${allergen}`).toBe('unfit')
          }
        }
      }),
      { numRuns: 100 },
    )
    expect(offered).toBeGreaterThan(10)
  })

  it('one to whose class an allergy is recorded is never offered', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(anyPatient, (sketch) => {
        for (const { drug } of replacements(draw(sketch)))
          for (const { members, allergy } of Object.values(classes)) {
            if (!members.includes(drug.name)) continue
            for (const word of allergy?.names ?? [])
              expect(one(drug.name, draw({ ...sketch, allergies: [word] })).verdict, `${drug.name}, ${word}`).toBe('unfit')
          }
      }),
      { numRuns: 40 },
    )
  })

  it('one that its own genes speak against is never offered', { timeout: 600_000 }, () => {
    let ruledOut = 0
    fc.assert(
      fc.property(anyPatient, (sketch) => {
        for (const { drug, verdict } of replacements(draw(sketch))) {
          const own = look(draw({ ...sketch, order: { drug: drug.name } })).flatMap(({ findings }) => findings)
          const against = own.filter((finding) => finding.kind === 'guidance' && NEVER.has(finding.consequence))
          if (against.length > 0) expect(verdict, drug.name).not.toBe('fits')
          if (!against.some(isSure)) continue
          ruledOut += 1
          expect(verdict, drug.name).toBe('unfit')
        }
      }),
      { numRuns: 200 },
    )
    expect(ruledOut).toBeGreaterThan(5)
  })

  it('a patient under 18 fits only what has a cited limit of age for children', { timeout: 600_000 }, () => {
    let seen = 0
    fc.assert(
      fc.property(anyPatient, fc.integer({ min: 0, max: 17 }), (sketch, age) => {
        for (const { drug, verdict, checked } of replacements(draw({ ...sketch, age }))) {
          if (table.drugs[drug.name]?.checks.some(({ rule }) => rule.kind === 'age' && rule.below !== undefined)) continue
          seen += 1
          expect(verdict, drug.name).not.toMatch(/fits|caution/)
          expect(checked.some(({ what }) => what === 'age under 18')).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
    expect(seen).toBeGreaterThan(10)
  })

  it('a part of the record that was not read never makes one fit', { timeout: 600_000 }, () => {
    const parts = fc.constantFrom('medications', 'conditions', 'allergies')
    fc.assert(
      fc.property(anyPatient, parts, (sketch, part) => {
        const before = replacements(draw(sketch))
        const after = replacements(draw({ ...sketch, unread: [part], ...(part === 'allergies' ? { allergies: [] } : {}) }))
        for (const { drug, verdict, checked } of after) {
          const then = before.find((known) => known.drug.name === drug.name)
          if (then?.verdict === 'unknown') expect(verdict).not.toBe('fits')
          if (part !== 'allergies') continue
          expect(verdict, drug.name).not.toBe('fits')
          expect(checked.find(({ what }) => what === 'allergies')?.result).toBe('not-checked')
        }
      }),
      { numRuns: 100 },
    )
  })

  it('those that fit come first, and every check says what it found or why it was not made', { timeout: 600_000 }, () => {
    const order = ['fits', 'caution', 'unknown', 'unfit']
    fc.assert(
      fc.property(anyPatient, (sketch) => {
        for (const { alternatives } of look(draw(sketch))) {
          const places = alternatives.map(({ verdict }) => order.indexOf(verdict))
          expect(places).toEqual([...places].sort((a, b) => a - b))
          for (const { checked, verdict, product, noProduct } of alternatives) {
            expect(checked.every(({ because }) => because !== '')).toBe(true)
            const whats = checked.map(({ what }) => what)
            expect(whats).toEqual(expect.arrayContaining(['genes', 'allergies', 'duplicates', 'pregnancy']))
            if (verdict === 'unfit') expect(checked.some(({ result }) => result === 'problem')).toBe(true)
            expect(product === null).toBe(noProduct !== undefined)
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})

const STENT = {
  age: 58,
  sex: 'male',
  weightKg: 82,
  genes: { CYP2C19: '*2/*2' },
  conditions: [{ name: 'Acute coronary syndrome', snomed: '394659003' }],
  order: { drug: 'clopidogrel' },
}
const GOUT = { age: 58, sex: 'male', egfr: 80, genes: { 'HLA-B': '*58:01 positive' }, order: { drug: 'allopurinol' } }

describe('checks with three answers', () => {
  it('a condition: present, absent, or not read', () => {
    const stroke = 'prior stroke or TIA'
    expect(answer(stroke, one('prasugrel', draw(STENT)))?.result).toBe('ok')
    const after = draw({ ...STENT, conditions: [...STENT.conditions, { name: 'Stroke', snomed: '230690007' }] })
    expect(answer(stroke, one('prasugrel', after))).toMatchObject({ result: 'problem', facts: [{ resource: 'Condition/c1' }] })
    const unread = one('prasugrel', draw({ ...STENT, unread: ['conditions'] }))
    expect(answer(stroke, unread)).toMatchObject({ result: 'not-checked' })
    expect(unread.verdict).not.toBe('fits')
  })

  it.each([
    [45, 'problem', 'caution'],
    [82, 'ok', 'fits'],
    [undefined, 'not-checked', 'fits'],
  ])('a weight of %s kg: %s', (weightKg, result, verdict) => {
    const prasugrel = one('prasugrel', draw({ ...STENT, weightKg }))
    expect(answer('weight', prasugrel)?.result).toBe(result)
    expect(prasugrel.verdict).toBe(verdict)
  })

  it.each([
    [12, 'problem'],
    [80, 'ok'],
    [undefined, 'not-checked'],
  ])('an eGFR of %s: %s', (egfr, result) => {
    expect(answer('kidney function', one('febuxostat', draw({ ...GOUT, egfr })))?.result).toBe(result)
  })

  it.each([
    [365, 'ok'],
    [366, 'not-checked'],
    [null, 'not-checked'],
  ])('an eGFR of %s days ago: %s', (days, result) => {
    const facts = draw(GOUT)
    const date = days === null ? undefined : new Date(Date.parse(facts.now) - days * 86_400_000).toISOString()
    const labs = facts.labs.map(({ lineage: { resource }, ...lab }) => ({ ...lab, lineage: date ? { resource, date } : { resource } }))
    const found = answer('kidney function', one('febuxostat', { ...facts, labs }))
    expect(found?.result).toBe(result)
    if (result === 'not-checked')
      expect(found?.because).toMatch(days === null ? /^eGFR has no date/ : /^eGFR of \d{4}-\d\d-\d\d is too old/)
  })

  it('a medicine that nobody knows: it is said, and holds nothing back', () => {
    const { checked, verdict } = one('febuxostat', draw({ ...GOUT, medicines: ['Zorblaxin'] }))
    expect(checked).toContainEqual(expect.objectContaining({ what: 'other medicines', because: 'not a drug known here: Zorblaxin' }))
    expect(verdict).toBe('fits')
  })

  it.each([
    ['active', 'unfit'],
    ['planned', 'unfit'],
    ['unknown', 'unknown'],
    ['stopped', 'fits'],
  ] as const)('a contraindicated medicine that is %s: %s', (state, verdict) => {
    const facts = draw({ ...GOUT, medicines: ['azathioprine'] })
    const medicines = facts.medicines.map((medicine) => ({ ...medicine, state }))
    expect(one('febuxostat', { ...facts, medicines }).verdict).toBe(verdict)
  })

  it('a medicine that must be out of the body, without the date of its end', () => {
    const codeine = { age: 40, sex: 'male', genes: { CYP2D6: '*4/*4' }, order: { drug: 'codeine' } }
    const morphine = one('morphine', draw({ ...codeine, medicines: [{ drug: 'phenelzine', stopped: true }] }))
    expect(morphine.verdict).toBe('unknown')
    expect(morphine.checked.find(({ because }) => because.startsWith('when phenelzine ended'))?.result).toBe('not-checked')
  })
})

describe('what is written in a list of allergies', () => {
  it.each([
    ['No known drug allergies', ['fits']],
    ['NKDA', ['fits']],
    ['none', ['fits']],
    ['not allergic to penicillin', ['fits']],
    ['No known allergies except ticagrelor', ['unknown', 'unfit']],
    ['not tolerated: something', ['unknown']],
    ['ticagrelor', ['unfit']],
  ])('%s: %s', (text, verdicts) => {
    expect(verdicts).toContain(one('ticagrelor', draw({ ...STENT, allergies: [text] })).verdict)
  })

  it('what is filed as food but is a drug counts, and what is not does not', () => {
    const filed = (name: string): PatientFacts => {
      const facts = draw({ ...STENT, allergies: [name] })
      return { ...facts, allergies: facts.allergies.map((allergy) => ({ ...allergy, categories: ['food'] })) }
    }
    expect(one('ticagrelor', filed('ticagrelor')).verdict).toBe('unfit')
    expect(one('ticagrelor', filed('Dragon fruit')).verdict).toBe('fits')
  })

  it('what was refuted or is over does not count', () => {
    const facts = draw({ ...STENT, allergies: ['ticagrelor'] })
    const but = (change: object): PatientFacts => ({ ...facts, allergies: facts.allergies.map((allergy) => ({ ...allergy, ...change })) })
    expect(one('ticagrelor', but({ verificationStatus: 'refuted' })).verdict).toBe('fits')
    expect(one('ticagrelor', but({ clinicalStatus: 'resolved' })).verdict).toBe('fits')
    expect(one('ticagrelor', but({ verificationStatus: 'unconfirmed' })).verdict).toBe('unfit')
  })
})

describe('a first dose', () => {
  it('is given where the source gives one for this age and reason, and nowhere else', () => {
    const reasons = [{ name: 'Gout', snomed: '90560007', icd10: 'M10.9' }]
    const withReason = one('febuxostat', draw({ ...GOUT, order: { drug: 'allopurinol', reasons } }))
    expect(withReason.start).toMatchObject({ mgPerDose: 40, timesPerDay: 1 })
    expect(withReason.start?.url).toMatch(/^https:/)
    expect(one('febuxostat', draw(GOUT)).start).toBeUndefined()
    expect(one('febuxostat', draw({ ...GOUT, age: undefined, order: { drug: 'allopurinol', reasons } })).start).toBeUndefined()
  })
})
