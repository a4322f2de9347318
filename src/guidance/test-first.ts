import { hash } from 'node:crypto'
import type { TestRequest } from '../contract/facts.ts'
import type { Demand, TestDemand, TestFirst } from '../contract/findings.ts'
import type { Gap } from '../contract/lineage.ts'
import { isLocalUse, type Kit } from './advise.ts'
import type { TestFirstRow, TestFirstTable } from './guidance-tables.ts'
import { toleratedFor } from './populations.ts'
import { instantOf, missedOf, type Subject } from './subject.ts'

const DEMANDS: readonly Demand[] = ['required', 'recommended', 'consider']
const byDemand = (a: { readonly demand: Demand }, b: { readonly demand: Demand }): number =>
  DEMANDS.indexOf(a.demand) - DEMANDS.indexOf(b.demand)

/** Assumption: a test that was ordered longer ago, or nobody knows when, and has no result was not done. */
const STALE_DAYS = 90
const DAY = 86_400_000

type Test = TestFirstTable['tests'][string]

/** Why the record does not answer a test; null when a result that guidance can use is there. */
const unanswered = (test: Test, kit: Kit): string | null => {
  const call = kit.calls.get(test.gene)
  const none = 'no result on record'
  if (call === undefined || call.state === 'not-tested') return none
  if (call.state === 'indeterminate') return `no usable result: ${call.because}`
  // A normal result of a test that looks for few variants only: it raises nothing, and silences nothing (reference: section 3.8).
  if (call.state === 'called' && call.confidence === 'low' && call.flags.includes('limited-coverage')) {
    const said = call.readings.find(({ coverage }) => coverage?.narrow)?.coverage?.text
    return `the normal result on record looked for few variants only${said === undefined ? '' : `: ${said.slice(0, 200)}`}`
  }
  if (test.allele === undefined) return null
  const genotypes = call.state === 'called' ? [call.clinical] : call.candidates.map((candidate) => candidate.clinical)
  return genotypes.every((genotype) => genotype.keys.some((key) => key.startsWith(`${test.allele} `))) ? null : none
}

/** A result that guidance can use exists: no new test then. */
export const isAnswered = (name: string, kit: Kit): boolean => {
  const test = kit.prepared.tables.testFirst.tests[name]
  return test === undefined || unanswered(test, kit) === null
}

const LOINC = 'http://loinc.org'
const lettersOf = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')

/** The words of an order name the test: the gene as a whole word, or for an allele its digits as well (`HLA-B*5701`). */
const namesTest = (words: string, { gene, allele, text }: Test): boolean => {
  if (words === text) return true
  if (allele !== undefined) return lettersOf(words).includes(lettersOf(`${gene.replace(/^HLA-/, '')}${allele}`))
  return words
    .toUpperCase()
    .split(/[^A-Z0-9-]+/)
    .includes(gene)
}

const asksFor = ({ name, codes }: TestRequest, test: Test): boolean =>
  namesTest(name, test) ||
  codes.some(
    ({ system, code, display }) =>
      (system === test.coding?.system && code === test.coding.code) ||
      (system === LOINC && test.loinc.includes(code)) ||
      (display !== undefined && namesTest(display, test)),
  )

const isRecent = ({ ordered, status }: TestRequest, now: string): boolean => {
  if (status === 'draft') return true
  const at = instantOf(ordered ?? null, true)
  return at !== null && Date.parse(now) - at <= STALE_DAYS * DAY
}

const requestFor = (test: Test, { facts }: Subject): TestRequest | null =>
  facts.requests.find((request) => asksFor(request, test) && isRecent(request, facts.now)) ?? null

const isPending = ({ gene }: Test, { calls }: Kit): boolean => {
  const call = calls.get(gene)
  return call?.state === 'indeterminate' && call.flags.includes('pending')
}

/** The test is ordered already, pending, or stands beside the drug among the drafts: asking again would only be noise. */
export const isOrdered = (name: string, subject: Subject, kit: Kit): boolean => {
  const test = kit.prepared.tables.testFirst.tests[name]
  return test !== undefined && (isPending(test, kit) || requestFor(test, subject) !== null)
}

/** What a row for this drug asks of the order: how firmly, and of whom where the record does not decide it. Null: nothing. */
export const demandOf = (
  row: TestFirstRow,
  subject: Subject,
): { readonly demand: Demand; readonly limit: TestFirstRow['limit'] } | null => {
  if (!row.verified) return null
  if (row.silentAfterMonths !== undefined && toleratedFor(subject, subject.drug.name, row.silentAfterMonths, row.inUse)) return null
  const { mgPerDay } = subject.dose
  if (row.minMgPerDay === undefined) return { demand: row.demand, limit: row.limit }
  if (mgPerDay === null) {
    const short = `above ${row.minMgPerDay} mg/day`
    return { demand: 'consider', limit: { short, text: `${short}, and the ordered daily dose could not be computed` } }
  }
  return mgPerDay > row.minMgPerDay ? { demand: row.demand, limit: row.limit } : null
}

type Due = {
  readonly row: TestFirstRow
  readonly demand: Demand
  readonly limit: TestFirstRow['limit']
  readonly missing: readonly string[]
}

const dueOf = (subject: Subject, kit: Kit): Due[] => dueRows(subject, kit, ({ id }) => !kit.knowledge.switched?.has(id))

/** Advice to test first that somebody has switched off: where it would have been given, that is said. */
export const switchedTestGaps = (subject: Subject, kit: Kit): Gap[] => {
  const { switched } = kit.knowledge
  if (switched === undefined) return []
  const words = dueRows(subject, kit, ({ id }) => switched.has(id)).flatMap(({ row }) => switched.get(row.id)?.words ?? [])
  return [...new Set(words)].map((because) => ({ about: subject.drug.name, code: 'no-guidance', because }))
}

/** Rows that ask for a test that no result answers, of an order that is not for local use; the firmest first. */
const dueRows = (subject: Subject, kit: Kit, isAsked: (row: TestFirstRow) => boolean): Due[] => {
  const rows = kit.prepared.testFirst.get(subject.drug.name)
  if (rows === undefined || subject.about !== 'order' || isLocalUse(subject)) return []
  return rows
    .filter(isAsked)
    .flatMap((row) => {
      const asked = demandOf(row, subject)
      return asked ? [{ row, ...asked, missing: row.tests.filter((name) => !isAnswered(name, kit)) }] : []
    })
    .filter(({ missing }) => missing.length > 0)
    .sort(byDemand)
}

type Awaited = NonNullable<TestFirst['genes'][number]['awaited']>

/** Since when a test is waited for; null where nobody has ordered it. */
const awaitedOf = (test: Test | undefined, subject: Subject): Awaited | null => {
  const request = test ? requestFor(test, subject) : null
  return request && { on: request.status === 'draft' ? null : (request.ordered?.slice(0, 10) ?? null) }
}

/**
 * What is left to say of the tests: those that nobody has ordered, and those that are ordered and that a source requires or recommends
 * before the first dose. Only a result answers these; an order for the test does not make the drug safe to start.
 */
const toSay = (due: readonly Due[], subject: Subject, kit: Kit): Due[] => {
  const { tests } = kit.prepared.tables.testFirst
  const firm = new Set(due.filter(({ demand }) => demand !== 'consider').flatMap(({ missing }) => missing))
  const isSaid = (name: string): boolean => !isOrdered(name, subject, kit) || (firm.has(name) && awaitedOf(tests[name], subject) !== null)
  return due.map((one) => ({ ...one, missing: one.missing.filter(isSaid) })).filter(({ missing }) => missing.length > 0)
}

/** A test that is ordered and has no result yet: said instead of asking for it again. */
export const waitingGaps = (subject: Subject, kit: Kit): Gap[] => {
  const { tests } = kit.prepared.tables.testFirst
  const names = [...new Set(dueOf(subject, kit).flatMap(({ missing }) => missing))]
  return names.flatMap((name): Gap[] => {
    const test = tests[name]
    const request = test ? requestFor(test, subject) : null
    if (!test || !request) return []
    const since = request.ordered === undefined ? '' : ` since ${request.ordered.slice(0, 10)}`
    return [
      { about: test.gene, code: 'not-tested', because: `the ${test.text} is ordered${since} and has no result yet`, resource: request.ref },
    ]
  })
}

const awaitedWords = ({ on }: Awaited): string => (on === null ? 'being ordered' : `ordered ${on}`)

/** Said on the card: a test that is asked for may be ordered already where earlier orders were not read. It never holds the advice back. */
const unreadOrders = (count: number, { facts }: Subject): { readonly ordersUnread?: string } => {
  const missed = missedOf(facts, 'test orders')
  if (missed === 'none') return {}
  const tests = count === 1 ? 'this test could' : 'these tests could'
  const what = missed === 'all' ? `Earlier orders of ${tests} not be looked up` : `Not all earlier orders of ${tests} be looked up`
  return { ordersUnread: `${what}, so ${count === 1 ? 'it' : 'they'} may be ordered already.` }
}

const askOf = ({ row, demand, limit, missing }: Due, tests: TestFirstTable['tests']): TestDemand => ({
  row: row.id,
  source: row.source,
  demand,
  tests: missing.flatMap((name) => tests[name]?.text ?? []),
  basis: row.basis,
  url: row.url,
  year: row.year,
  limit: limit?.text ?? null,
})

/**
 * The tests that should come before the first dose, of all sources together, in one advice: the firmest request leads.
 * A test that is ordered already is waited for where it is required or recommended, and left out where it is only to be considered.
 * Null when every result is there, when nothing is left to ask or to wait for, when the drug has long been tolerated, or when no verified source asks for a test.
 */
export const testFirst = (subject: Subject, kit: Kit): TestFirst | null => {
  const { tests } = kit.prepared.tables.testFirst
  const due = toSay(dueOf(subject, kit), subject, kit)
  const [first] = due
  if (!first) return null
  const names = [...new Set(due.flatMap(({ missing }) => missing))]
  const genes = names.flatMap((name) => {
    const test = tests[name]
    const asked = due.find(({ missing }) => missing.includes(name))
    if (!test || !asked) return []
    // A request that is limited to some patients does not limit what another source asks of everyone as firmly.
    const open = due.some((one) => one.missing.includes(name) && one.demand === asked.demand && one.limit === undefined)
    const limit = open ? null : (asked.limit?.short ?? null)
    const awaited = awaitedOf(test, subject)
    const because = awaited ? `${awaitedWords(awaited)}, and no result yet` : (unanswered(test, kit) ?? 'no result on record')
    return [
      { gene: test.gene, test: test.text, coding: test.coding, demand: asked.demand, limit, because, ...(awaited ? { awaited } : {}) },
    ]
  })
  const id = hash('sha256', JSON.stringify([due.map(({ row }) => row.id), subject.ref, names])).slice(0, 16)
  const demands = due.map((one) => askOf(one, tests))
  const { source, basis, url, year } = first.row
  const unordered = genes.filter(({ awaited }) => awaited === undefined).length
  const unread = unordered === 0 ? {} : unreadOrders(unordered, subject)
  return { id, order: subject.ref, drug: subject.drug, genes, demands, demand: first.demand, source, basis, url, year, ...unread }
}
