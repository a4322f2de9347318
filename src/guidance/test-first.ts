import { createHash } from 'node:crypto'
import type { TestFirst } from '../contract/findings.ts'
import { isLocalUse, type Kit } from './advise.ts'
import type { TestFirstRow } from './guidance-tables.ts'
import { toleratedFor } from './populations.ts'
import type { Subject } from './subject.ts'

const DEMANDS: readonly TestFirst['demand'][] = ['required', 'recommended', 'consider']

/** A result that guidance can use exists, or one is there and has to be looked at first: no new test then. */
export const isAnswered = (name: string, kit: Kit): boolean => {
  const test = kit.prepared.tables.testFirst.tests[name]
  if (!test) return true
  const call = kit.calls.get(test.gene)
  if (call === undefined || call.state === 'not-tested') return false
  if (call.state === 'indeterminate') return false
  if (test.allele === undefined) return true
  const genotypes = call.state === 'called' ? [call.clinical] : call.candidates.map((candidate) => candidate.clinical)
  return genotypes.every((genotype) => genotype.keys.some((key) => key.startsWith(`${test.allele} `)))
}

/** The test is ordered already, or stands beside the drug among the drafts: asking again would only be noise. */
export const isOrdered = (name: string, { facts }: Subject, kit: Kit): boolean => {
  const test = kit.prepared.tables.testFirst.tests[name]
  if (!test) return false
  const { text, coding } = test
  return facts.requests.some(
    (request) => request.name === text || request.codes.some(({ system, code }) => system === coding?.system && code === coding.code),
  )
}

const applies = (row: TestFirstRow, subject: Subject): boolean => {
  if (!row.verified || !row.drugs.includes(subject.drug.name)) return false
  const dose = subject.dose.mgPerDay
  if (row.minMgPerDay !== undefined && (dose === null || dose <= row.minMgPerDay)) return false
  return row.silentAfterMonths === undefined || !toleratedFor(subject, subject.drug.name, row.silentAfterMonths)
}

/**
 * The one test that should come before the first dose: of the rows that apply, the one with the highest demand.
 * Null when every result is there or ordered, when the drug has long been tolerated, or when no verified source asks for a test.
 */
export const testFirst = (subject: Subject, kit: Kit): TestFirst | null => {
  if (subject.about !== 'order' || isLocalUse(subject)) return null
  const { tests, rows } = kit.prepared.tables.testFirst
  const due = rows
    .filter((row) => applies(row, subject))
    .map((row) => ({ row, missing: row.tests.filter((name) => !isAnswered(name, kit) && !isOrdered(name, subject, kit)) }))
    .filter(({ missing }) => missing.length > 0)
    .sort((a, b) => DEMANDS.indexOf(a.row.demand) - DEMANDS.indexOf(b.row.demand))[0]
  if (!due) return null
  const genes = due.missing.flatMap((name) => {
    const test = tests[name]
    return test ? [{ gene: test.gene, test: test.text, coding: test.coding }] : []
  })
  const id = createHash('sha256')
    .update(JSON.stringify([due.row.id, subject.ref, due.missing]))
    .digest('hex')
    .slice(0, 16)
  const { source, demand, basis, url, year } = due.row
  return { id, order: subject.ref, drug: subject.drug, genes, demand, source, basis, url, year }
}
