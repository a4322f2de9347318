import type { RowConsidered, RowOutcome } from '../contract/explained.ts'
import type { DrugAssessment } from '../contract/findings.ts'
import { isLocalUse, type Kit } from './advise.ts'
import type { TestFirstRow } from './guidance-tables.ts'
import type { Subject } from './subject.ts'
import { demandOf, isAnswered, isOrdered } from './test-first.ts'

type Verdict = { readonly outcome: RowOutcome; readonly because: string }

const testNames = (row: TestFirstRow, kit: Kit): string =>
  row.tests.map((name) => kit.prepared.tables.testFirst.tests[name]?.text ?? name).join(', ')

/** Why a test is or is not asked for before the first dose, step by step as `testFirst` decides it. */
const verdictOf = (row: TestFirstRow, subject: Subject, assessment: DrugAssessment, kit: Kit): Verdict => {
  const what = testNames(row, kit)
  const switched = kit.knowledge.switched?.get(row.id)
  if (switched) return { outcome: 'off', because: switched.words }
  if (!row.verified) return { outcome: 'not-verified', because: row.note ?? 'the source of the row was not read' }
  if (subject.about !== 'order') return { outcome: 'not-an-order', because: 'asked for when a drug is ordered, not while it is taken' }
  if (isLocalUse(subject)) return { outcome: 'local-use', because: 'the product is for local use' }
  if (demandOf(row, subject) === null)
    return row.minMgPerDay !== undefined && subject.dose.mgPerDay !== null && subject.dose.mgPerDay <= row.minMgPerDay
      ? { outcome: 'dose-below', because: `asked for above ${row.minMgPerDay} mg/day; ordered: ${subject.dose.mgPerDay} mg/day` }
      : { outcome: 'tolerated', because: `the drug was taken for more than ${row.silentAfterMonths} months` }
  const unanswered = row.tests.filter((name) => !isAnswered(name, kit))
  if (unanswered.length === 0) return { outcome: 'result-there', because: `a result is on record for ${what}` }
  if (unanswered.every((name) => isOrdered(name, subject, kit))) return { outcome: 'test-ordered', because: `already ordered: ${what}` }
  return assessment.testFirst?.demands.some((demand) => demand.row === row.id)
    ? { outcome: 'fired', because: `asks for ${what} before the first dose (${row.demand})` }
    : { outcome: 'not-first', because: 'the test is asked for by another row' }
}

/** The rows that ask for a test before the first dose of this drug. */
export const explainTests = (subject: Subject, assessment: DrugAssessment, kit: Kit): RowConsidered[] => {
  const { tests } = kit.prepared.tables.testFirst
  return (kit.prepared.testFirst.get(subject.drug.name) ?? []).map((row) => ({
    row: row.id,
    kind: 'test-first',
    source: row.source,
    year: row.year,
    genes: [...new Set(row.tests.flatMap((name) => tests[name]?.gene ?? []))],
    strength: row.demand,
    ...verdictOf(row, subject, assessment, kit),
  }))
}
