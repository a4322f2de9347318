import { z } from 'zod'
import type { Action, DrugAssessment, Finding } from '../contract/findings.ts'
import { AttuneError } from '../errors.ts'
import { assess } from '../guidance/assess.ts'
import { formatAction } from '../guidance/parse-action.ts'
import type { Knowledge } from '../guidance/rules.ts'
import { callGenes } from '../pgx/gene-calls.ts'
import { drawPatient, sketchSchema } from './patient-sketch.ts'

/** A finding as a case expects it. What a case leaves out is not compared. */
const expectedFinding = z.strictObject({
  source: z.enum(['CPIC', 'DPWG', 'FDA']),
  consequence: z.string(),
  actions: z.array(z.string()).optional(),
  strength: z.string().nullable().optional(),
  year: z.number().nullable().optional(),
  population: z.string().nullable().optional(),
  state: z.enum(['matches', 'undecided']).optional(),
  basis: z.record(z.string(), z.string()).optional(),
  certain: z.boolean().optional(),
})

const caseSchema = z.strictObject({
  name: z.string().min(1),
  why: z.string().optional(),
  patient: sketchSchema,
  expect: z.strictObject({
    state: z.enum(['assessed', 'assessed-with-gaps', 'not-assessed', 'no-guidance', 'unmapped']).optional(),
    /** All guidance findings of the drug, in any order; FDA findings only when `fda` is true. */
    findings: z.array(expectedFinding).optional(),
    fda: z.boolean().default(false),
    /** `GENE code`, all of them in any order. */
    gaps: z.array(z.string()).optional(),
    alternatives: z.record(z.string(), z.enum(['fits', 'caution', 'unfit', 'unknown'])).optional(),
    testFirst: z
      .strictObject({ demand: z.enum(['required', 'recommended', 'consider']), genes: z.array(z.string()) })
      .nullable()
      .optional(),
    disagreement: z.boolean().optional(),
    dose: z.enum(['within', 'over']).optional(),
  }),
})

const fileSchema = z.strictObject({ about: z.string().optional(), kind: z.literal('guidance-cases'), cases: z.array(caseSchema).min(1) })

export type GuidanceCase = z.output<typeof caseSchema>
export type CaseResult = { readonly name: string; readonly passed: boolean; readonly differences: readonly string[] }

/** A file of guidance cases: `{ "kind": "guidance-cases", "cases": [...] }`. Layout: docs/verify.md. */
export const isCaseFile = (content: unknown): boolean =>
  typeof content === 'object' && content !== null && 'kind' in content && content.kind === 'guidance-cases'

const show = (value: unknown): string => JSON.stringify(value)

const seen = (finding: Finding) => ({
  source: finding.source,
  consequence: finding.consequence,
  actions: finding.actions.map((action: Action) => formatAction(action)),
  strength: finding.strength,
  year: finding.guideline.year,
  population: finding.population?.code ?? null,
  state: finding.population?.state,
  basis: Object.fromEntries(finding.basis.map((basis) => [basis.gene, basis.key ?? ''])),
  certain: finding.basis.every((basis) => basis.state !== 'candidate'),
})

const matches = (expected: z.output<typeof expectedFinding>, actual: ReturnType<typeof seen>): boolean =>
  Object.entries(expected).every(([member, value]) => value === undefined || show(value) === show(actual[member as keyof typeof actual]))

/** Pairs each expected finding with one of the actual ones; what is left over on either side is a difference. */
const compareFindings = (expected: readonly z.output<typeof expectedFinding>[], drug: DrugAssessment, fda: boolean): string[] => {
  const left = drug.findings.filter((finding) => finding.kind === 'guidance' && (fda || finding.source !== 'FDA')).map(seen)
  const missing: string[] = []
  for (const one of expected) {
    const at = left.findIndex((actual) => matches(one, actual))
    if (at < 0) missing.push(`expected finding ${show(one)}`)
    else left.splice(at, 1)
  }
  return [...missing, ...left.map((one) => `unexpected finding ${show(one)}`)]
}

const compareSets = (what: string, expected: readonly string[], actual: readonly string[]): string[] => {
  const one = [...new Set(expected)].sort()
  const other = [...new Set(actual)].sort()
  return show(one) === show(other) ? [] : [`${what}: expected ${show(one)}, got ${show(other)}`]
}

const compareDrug = (expect: GuidanceCase['expect'], drug: DrugAssessment): string[] => {
  const differences: string[] = []
  const differ = (what: string, expected: unknown, actual: unknown): void => {
    if (show(expected) !== show(actual)) differences.push(`${what}: expected ${show(expected)}, got ${show(actual)}`)
  }
  if (expect.state !== undefined) differ('state', expect.state, drug.state)
  if (expect.findings) differences.push(...compareFindings(expect.findings, drug, expect.fda))
  if (expect.gaps)
    differences.push(
      ...compareSets(
        'gaps',
        expect.gaps,
        drug.gaps.map((gap) => `${gap.about} ${gap.code}`),
      ),
    )
  for (const [name, verdict] of Object.entries(expect.alternatives ?? {}))
    differ(`alternative ${name}`, verdict, drug.alternatives.find((one) => one.drug.name === name)?.verdict)
  if (expect.testFirst !== undefined)
    differ(
      'test first',
      expect.testFirst,
      drug.testFirst && { demand: drug.testFirst.demand, genes: drug.testFirst.genes.map((gene) => gene.test) },
    )
  if (expect.disagreement !== undefined) differ('disagreement', expect.disagreement, drug.disagreement !== null)
  if (expect.dose !== undefined)
    differ(
      'dose at hand',
      expect.dose,
      drug.findings.flatMap((finding) => finding.actions.flatMap((action) => action.atHand?.state ?? []))[0],
    )
  return differences
}

const runCase = (one: GuidanceCase, knowledge: Knowledge): CaseResult => {
  const facts = drawPatient(one.patient, knowledge)
  const calls = callGenes(facts, knowledge.genes, knowledge.modifiers)
  const { orders } = assess(facts, calls, knowledge, { precedence: ['CPIC', 'DPWG', 'FDA'] })
  const drug = orders[0]?.drugs[0]
  const differences = drug
    ? compareDrug(one.expect, drug)
    : one.expect.state === 'unmapped'
      ? []
      : [`the drug ${one.patient.order.drug} is not known`]
  return { name: one.name, passed: differences.length === 0, differences }
}

/**
 * Runs the cases of one file.
 * @throws AttuneError `input-unreadable` when the file does not have the layout, naming the member
 */
export const verifyCases = (content: unknown, knowledge: Knowledge): readonly CaseResult[] => {
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success) throw new AttuneError('input-unreadable', z.prettifyError(parsed.error))
  return parsed.data.cases.map((one) => {
    try {
      return runCase(one, knowledge)
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error
      return { name: one.name, passed: false, differences: [error.detail] }
    }
  })
}
