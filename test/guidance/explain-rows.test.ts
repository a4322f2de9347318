import { describe, expect, it } from 'vitest'
import type { RowConsidered } from '../../src/contract/explained.ts'
import type { DrugAssessment } from '../../src/contract/findings.ts'
import { kitOf, subjectOfOrder } from '../../src/guidance/assess.ts'
import { explainRows } from '../../src/guidance/explain-rows.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { adviceRows, patientOf, type RowPatient, sketchPatient } from '../cards/row-patients.ts'

const explainFirst = ({ facts, assessment }: RowPatient): { drug: DrugAssessment; rows: readonly RowConsidered[] } => {
  const kit = kitOf(assessment.geneCalls, theKnowledge(), ['CPIC', 'DPWG', 'FDA'])
  const [entry] = assessment.orders
  const [drug] = entry?.drugs ?? []
  if (!entry || !drug) throw new Error('the patient has no order')
  return { drug, rows: explainRows({ ...subjectOfOrder(entry.order, facts), drug: drug.drug }, drug, kit) }
}

const ofDrug = (drug: string) => [...(theKnowledge().guidance.get(drug) ?? [])]

describe('Whoever asks why', () => {
  it('is shown every guidance row of the drug once, for a patient of each row, and what applies is what the assessment found', () => {
    const all = adviceRows()
    expect(all.length).toBeGreaterThan(500)
    let seen = 0
    for (const row of all) {
      const [entry] = row.when
      if (!entry) continue
      const patient = patientOf(row, entry)
      if (!patient.assessment.orders[0]?.drugs[0]) continue
      const { drug, rows } = explainFirst(patient)
      const guidance = rows.filter(({ kind }) => kind === 'guidance')
      expect(guidance.map((one) => one.row).sort(), row.id).toEqual(
        ofDrug(drug.drug.name)
          .map(({ id }) => id)
          .sort(),
      )
      const found = drug.findings.filter(({ kind }) => kind === 'guidance').map((finding) => finding.row)
      expect(
        guidance
          .filter(({ outcome }) => outcome === 'fired')
          .map((one) => one.row)
          .sort(),
        row.id,
      ).toEqual([...new Set(found)].sort())
      expect(
        rows.filter(({ because }) => because.trim() === '').map((one) => one.row),
        row.id,
      ).toEqual([])
      seen += 1
    }
    expect(seen).toBeGreaterThan(500)
  })

  it('a row that says the same as another one is named with a row that applies', () => {
    for (const row of adviceRows()) {
      const [entry] = row.when
      if (!entry) continue
      const { rows } = explainFirst(patientOf(row, entry))
      const fired = rows.filter(({ outcome }) => outcome === 'fired').map((one) => one.row)
      for (const { outcome, because, row: id } of rows) {
        const named = /says the same as (\S+)$/.exec(because)?.[1]
        if (outcome === 'same-advice' && named) expect(fired, id).toContain(named)
      }
    }
  })
})

const why = (sketch: object, row: string): string => {
  const { rows } = explainFirst(sketchPatient(sketch))
  const found = rows.find((one) => one.row === row)
  return found ? `${found.outcome}: ${found.because}` : 'not there'
}

const idOf = (drug: string, which: (row: ReturnType<typeof ofDrug>[number]) => boolean): string => {
  const row = ofDrug(drug).find(which)
  if (!row) throw new Error(`no such row of ${drug}`)
  return row.id
}

const forKey =
  (gene: string, key: string, source = 'CPIC') =>
  (row: ReturnType<typeof ofDrug>[number]): boolean =>
    row.source === source && row.when.some((entry) => entry[gene]?.includes(key))

describe('Why a row did not fire is said in words', () => {
  const poor = idOf('clopidogrel', forKey('CYP2C19', 'PM'))

  it('the gene was not tested', () => {
    expect(why({ age: 60, order: { drug: 'clopidogrel' } }, poor)).toMatch(
      /^not-tested: no CYP2C19 result was found in the record; the row is for CYP2C19 .*PM/,
    )
  })

  it('the result cannot be used', () => {
    expect(why({ age: 60, genes: { CYP2C19: 'unreadable' }, order: { drug: 'clopidogrel' } }, poor)).toMatch(
      /^not-usable: .+; the row is for CYP2C19 .*PM/,
    )
  })

  it('the patient has another phenotype than the row wants', () => {
    expect(why({ age: 60, genes: { CYP2C19: '*1/*1' }, order: { drug: 'clopidogrel' } }, poor)).toMatch(
      /^no-match: CYP2C19 is \*1\/\*1 \(NM\); the row is for CYP2C19 .*PM/,
    )
  })

  it('the patient is not of the population', () => {
    const child = idOf('voriconazole', (row) => forKey('CYP2C19', 'UM')(row) && row.population === 'pediatrics')
    expect(why({ age: 45, genes: { CYP2C19: '*17/*17' }, order: { drug: 'voriconazole' } }, child)).toMatch(
      /^other-population: the row is for .+; 45 years old$/,
    )
  })

  it('the source only lists the pair', () => {
    const listed = idOf('citalopram', ({ standing }) => standing === 'listed')
    expect(why({ age: 45, genes: { CYP2C19: '*1/*1' }, order: { drug: 'citalopram' } }, listed)).toBe(
      'listed-only: FDA lists the pair; what it says was not read for this release',
    )
  })

  it('the row is off, with the reason that the data gives', () => {
    const row = [...theKnowledge().guidance.values()].flat().find(({ standing, note }) => standing === 'off' && note !== undefined)
    if (!row) throw new Error('no row is off')
    expect(why({ age: 45, order: { drug: row.drug } }, row.id)).toBe(`off: ${row.note}`)
  })

  it('a newer row of the source speaks instead', () => {
    const old = [...theKnowledge().guidance.values()]
      .flat()
      .find(({ superseded, standing }) => superseded === 'partly' && standing === 'advice')
    if (!old) throw new Error('no row is superseded in part')
    const outcomes = old.when.flatMap((entry) => {
      const { rows } = explainFirst(patientOf(old, entry))
      return rows.filter(({ row }) => row === old.id).map(({ outcome, because }) => `${outcome}: ${because}`)
    })
    expect(outcomes.some((words) => /^(superseded: a newer row of|fired|same-advice)/.test(words))).toBe(true)
  })

  it('the dose is below what the test is asked for, the test is on record, or asked for', () => {
    const { testFirst } = kitOf([], theKnowledge(), []).prepared.tables
    const dosed = testFirst.rows.find(({ minMgPerDay, verified }) => minMgPerDay !== undefined && verified)
    if (dosed?.minMgPerDay !== undefined) {
      const [drug] = dosed.drugs
      expect(why({ age: 45, order: { drug, mgPerDay: dosed.minMgPerDay } }, dosed.id)).toMatch(/^dose-below: asked for above \d+/)
    }
    const abacavir = testFirst.rows.find(({ drugs, verified }) => drugs.includes('abacavir') && verified)
    expect(why({ age: 45, order: { drug: 'abacavir' } }, abacavir?.id ?? '')).toMatch(/^(fired: asks for HLA-B\*57:01|not-first: )/)
    expect(why({ age: 45, genes: { 'HLA-B': '*57:01 negative' }, order: { drug: 'abacavir' } }, abacavir?.id ?? '')).toMatch(
      /^result-there: a result is on record for HLA-B\*57:01/,
    )
  })
})
