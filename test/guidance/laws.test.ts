import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawPatient, sketchSchema } from '../../src/cli/patient-sketch.ts'
import type { Assessment, DrugAssessment, Finding } from '../../src/contract/findings.ts'
import type { GeneCall } from '../../src/contract/genes.ts'
import { assess } from '../../src/guidance/assess.ts'
import type { Knowledge } from '../../src/guidance/rules.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { deepFreeze, theKnowledge } from '../builders/knowledge.ts'

const PRECEDENCE = ['CPIC', 'DPWG', 'FDA'] as const
const knowledge = theKnowledge()
const drugs = [...knowledge.guidance.keys()].filter((name) => knowledge.drugs.ingredient(name) !== null)

/** Any result that the tables know: a phenotype, a score or an allele status. */
const results = Object.fromEntries(
  [...knowledge.genes]
    .map(([gene, table]) => {
      const statuses = (table.lookup === 'allele-positive' ? (table.presence ?? []) : []).flatMap((allele) => [
        `${allele} positive`,
        `${allele} negative`,
      ])
      return [gene, [...Object.keys(table.phenotypes), ...statuses]] as const
    })
    .filter(([, values]) => values.length > 0),
)
const anyGenes = fc
  .record(Object.fromEntries(Object.entries(results).map(([gene, values]) => [gene, fc.constantFrom(...values)])), { requiredKeys: [] })
  .map((genes) => Object.fromEntries(Object.entries(genes).filter(([, value]) => value !== undefined)))
const anyDrug = fc.constantFrom(...drugs)
const anyAge = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined })

const record = (drug: string, genes: object, age: number | undefined) =>
  drawPatient(sketchSchema.parse({ genes, ...(age === undefined ? {} : { age }), order: { drug } }), knowledge)

const run = (facts: ReturnType<typeof record>, calls: readonly GeneCall[], rules: Knowledge = knowledge): Assessment =>
  assess(facts, calls, rules, { precedence: PRECEDENCE })

const callsOf = (facts: ReturnType<typeof record>): GeneCall[] => callGenes(facts, knowledge.genes, knowledge.modifiers)
const drugsOf = (assessment: Assessment): readonly DrugAssessment[] => assessment.orders.flatMap((order) => order.drugs)
const findingsOf = (assessment: Assessment): readonly Finding[] => drugsOf(assessment).flatMap((drug) => drug.findings)

describe('laws of matching', () => {
  it('the order in which genes are handed over never matters', () => {
    fc.assert(
      fc.property(anyDrug, anyGenes, anyAge, (drug, genes, age) => {
        const facts = record(drug, genes, age)
        const calls = callsOf(facts)
        expect(drugsOf(run(facts, [...calls].reverse()))).toEqual(drugsOf(run(facts, calls)))
      }),
      { numRuns: 150 },
    )
  })

  it('the order of the rows in the rules never matters', () => {
    const turned: Knowledge = {
      ...knowledge,
      guidance: new Map([...knowledge.guidance].map(([drug, rows]) => [drug, [...rows].reverse()])),
    }
    fc.assert(
      fc.property(anyDrug, anyGenes, anyAge, (drug, genes, age) => {
        const facts = record(drug, genes, age)
        const calls = callsOf(facts)
        const told = (assessment: Assessment) =>
          drugsOf(assessment).map(({ alternatives, ...rest }) => ({
            ...rest,
            gaps: [...rest.gaps].map((gap) => JSON.stringify(gap)).sort(),
            findings: rest.findings.map((finding) => finding.id),
            alternatives: alternatives.map((one) => `${one.drug.name} ${one.verdict}`).sort(),
          }))
        expect(told(run(facts, calls, turned))).toEqual(told(run(facts, calls)))
      }),
      { numRuns: 150 },
    )
  })

  it('taking a result away never leaves fewer gaps about the record', () => {
    const aboutGenes = (assessment: Assessment) =>
      drugsOf(assessment).flatMap((drug) => drug.gaps.filter((gap) => gap.code === 'not-tested' && drug.genes.includes(gap.about)))
    fc.assert(
      fc.property(anyDrug, anyGenes, fc.nat(), (drug, genes, pick) => {
        const known = Object.keys(genes)
        const lost = known[pick % Math.max(1, known.length)] ?? ''
        const fewer = Object.fromEntries(Object.entries(genes).filter(([gene]) => gene !== lost))
        const full = record(drug, genes, 40)
        const less = record(drug, fewer, 40)
        const before = new Set(aboutGenes(run(full, callsOf(full))).map((gap) => gap.about))
        const after = new Set(aboutGenes(run(less, callsOf(less))).map((gap) => gap.about))
        for (const gene of before) expect(after).toContain(gene)
        expect(after.size).toBeGreaterThanOrEqual(before.size)
      }),
      { numRuns: 150 },
    )
  })

  it('no result at all never yields advice, least of all that all is normal', () => {
    fc.assert(
      fc.property(anyDrug, anyAge, (drug, age) => {
        const facts = record(drug, {}, age)
        const assessment = run(facts, callsOf(facts))
        expect(findingsOf(assessment).filter((finding) => finding.kind === 'guidance')).toEqual([])
        for (const one of drugsOf(assessment)) expect(['not-assessed', 'no-guidance']).toContain(one.state)
      }),
      { numRuns: drugs.length },
    )
  })

  it('a finding with the usual dose rests on at least one result, and every missing gene in it is named as a gap', () => {
    fc.assert(
      fc.property(anyDrug, anyGenes, anyAge, (drug, genes, age) => {
        const facts = record(drug, genes, age)
        for (const one of drugsOf(run(facts, callsOf(facts))))
          for (const finding of one.findings.filter((candidate) => candidate.kind === 'guidance')) {
            const missing = finding.basis.filter((basis) => basis.state === 'no-result').map((basis) => basis.gene)
            if (finding.consequence === 'standard') expect(missing.length).toBeLessThan(finding.basis.length)
            for (const gene of missing) expect(one.gaps.map((gap) => gap.about)).toContain(gene)
          }
      }),
      { numRuns: 200 },
    )
  })

  it('two labs that differ never give an advice that neither of them gives alone', () => {
    const genes = Object.entries(results).filter(([, values]) => values.length > 1)
    fc.assert(
      fc.property(anyDrug, fc.constantFrom(...genes), fc.nat(), fc.nat(), (drug, [gene, values], one, other) => {
        const first = values[one % values.length] ?? ''
        const second = values[other % values.length] ?? ''
        const rowsOf = (value: unknown) => {
          const facts = record(drug, { [gene]: value }, 40)
          return findingsOf(run(facts, callsOf(facts))).map((finding) => finding.row)
        }
        const alone = new Set([...rowsOf(first), ...rowsOf(second)])
        const both = first === second ? rowsOf(first) : rowsOf([first, second])
        for (const row of both) expect([...alone]).toContain(row)
      }),
      { numRuns: 200 },
    )
  })

  it('the same facts give the same ids, and facts are never changed', () => {
    fc.assert(
      fc.property(anyDrug, anyGenes, (drug, genes) => {
        const facts = deepFreeze(record(drug, genes, 40))
        const calls = deepFreeze(callsOf(facts))
        expect(run(facts, calls)).toEqual(run(facts, calls))
        const ids = findingsOf(run(facts, calls)).map((finding) => finding.id)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { numRuns: 100 },
    )
  })
})
