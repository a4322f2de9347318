import { z } from 'zod'
import { consult, consultChart } from '../../cds-services/pgx/consult.ts'
import type { ServiceKit } from '../../cds-services/pgx/kit.ts'
import { consultDischarge } from '../../cds-services/risk-encounter-discharge/consult.ts'
import type { PatientFacts } from '../contract/facts.ts'
import type { MomentAnswer } from '../contract/moments.ts'
import { AttuneError } from '../errors.ts'
import { drawPatient, momentSketchSchema } from './patient-sketch.ts'
import type { CaseResult } from './verify-cases.ts'

/** A moment as a case expects it. What a case leaves out is not compared. */
const expected = z.strictObject({
  state: z.enum(['speaks', 'beside', 'silent', 'not-computed']),
  rule: z.string().optional(),
  indicator: z.enum(['info', 'warning']).optional(),
  /** Name of a number to its value, to the given places. */
  numbers: z.record(z.string(), z.number()).optional(),
  within: z.number().positive().default(0.05),
  /** A part of the reason. */
  because: z.string().optional(),
  offers: z.array(z.string()).optional(),
})

const caseSchema = z.strictObject({
  name: z.string().min(1),
  why: z.string().optional(),
  at: z.enum(['order', 'discharge', 'chart']).default('order'),
  patient: momentSketchSchema,
  /** By id of the row; rows that are not named are not compared. */
  expect: z.record(z.string(), expected),
})

const fileSchema = z.strictObject({ about: z.string().optional(), kind: z.literal('moment-cases'), cases: z.array(caseSchema).min(1) })

type MomentCase = z.output<typeof caseSchema>
type Expected = z.output<typeof expected>

/** A file of cases of moments: `{ "kind": "moment-cases", "cases": [...] }`. Layout: docs/verify.md. */
export const isMomentFile = (content: unknown): boolean =>
  typeof content === 'object' && content !== null && 'kind' in content && content.kind === 'moment-cases'

const ASKED: Readonly<Record<MomentCase['at'], (facts: PatientFacts, kit: ServiceKit) => Promise<readonly MomentAnswer[]>>> = {
  order: async (facts, kit) => (await consult(facts, kit)).orders.flatMap(({ drugs }) => drugs.flatMap((drug) => drug.moments ?? [])),
  discharge: async (facts, kit) => (await consultDischarge(facts, kit)).moments ?? [],
  chart: async (facts, kit) => (await consultChart(facts, kit)).moments ?? [],
}

const compareNumbers = (wanted: Expected, { numbers }: MomentAnswer): string[] =>
  Object.entries(wanted.numbers ?? {}).flatMap(([name, value]) => {
    const got = numbers.find((one) => one.name === name)?.value
    return got !== undefined && Math.abs(got - value) <= wanted.within ? [] : [`${name}: expected ${value}, got ${got ?? 'no number'}`]
  })

const compare = (id: string, wanted: Expected, answer: MomentAnswer | undefined): string[] => {
  if (!answer) return [`${id}: no such moment here`]
  const differences: string[] = []
  const differ = (what: string, one: unknown, other: unknown): void => {
    if (one !== undefined && JSON.stringify(one) !== JSON.stringify(other))
      differences.push(`${what}: expected ${JSON.stringify(one)}, got ${JSON.stringify(other)}`)
  }
  differ('state', wanted.state, answer.state)
  differ('rule', wanted.rule, answer.rule)
  differ('indicator', wanted.indicator, answer.indicator)
  differ(
    'offers',
    wanted.offers,
    answer.offers.map(({ product }) => product.code),
  )
  if (wanted.because !== undefined && !answer.because.includes(wanted.because))
    differences.push(`because: expected "${wanted.because}" in "${answer.because}"`)
  return [...differences, ...compareNumbers(wanted, answer)].map((difference) => `${id}: ${difference}`)
}

const runCase = async (one: MomentCase, kit: ServiceKit): Promise<CaseResult> => {
  const answers = await ASKED[one.at](drawPatient(one.patient, kit.knowledge), kit)
  const differences = Object.entries(one.expect).flatMap(([id, wanted]) =>
    compare(
      id,
      wanted,
      answers.find(({ moment }) => moment === id),
    ),
  )
  return { name: one.name, passed: differences.length === 0, differences }
}

/**
 * Runs the cases of one file, one after the other.
 * @throws AttuneError `input-unreadable` when the file does not have the layout, naming the member
 */
export const verifyMoments = async (content: unknown, kit: ServiceKit): Promise<readonly CaseResult[]> => {
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success) throw new AttuneError('input-unreadable', z.prettifyError(parsed.error))
  const results: CaseResult[] = []
  for (const one of parsed.data.cases) {
    try {
      results.push(await runCase(one, kit))
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error
      results.push({ name: one.name, passed: false, differences: [error.detail] })
    }
  }
  return results
}
