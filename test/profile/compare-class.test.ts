import { describe, expect, it } from 'vitest'
import { compareClasses } from '../../cds-services/profile/compare-class.ts'
import { binOf, decidingFinding } from '../../src/cards/bins.ts'
import { concernOf } from '../../src/cards/card-policy.ts'
import type { FhirResource, PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment } from '../../src/contract/findings.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { assess, kitOf } from '../../src/guidance/assess.ts'
import { classOf } from '../../src/guidance/class-of.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'
import { theKnowledge, theTerms } from '../builders/knowledge.ts'
import { theWriting } from '../cards/row-patients.ts'

const knowledge = theKnowledge()
const { wording, policy } = theWriting()
const precedence = ['CPIC', 'DPWG', 'FDA'] as const
const kit = { knowledge, wording, policy, precedence }
const patients = loadPatients()

const resourcesOf = (patient: string): FhirResource[] =>
  patients.resources.filter(
    (one) => one.id === patient || JSON.stringify(one.subject ?? one.patient ?? null).includes(`"Patient/${patient}"`),
  )

const draft = (patient: string, drug: string): FhirResource => ({
  resourceType: 'MedicationRequest',
  id: 'in-hand',
  status: 'draft',
  intent: 'order',
  subject: { reference: `Patient/${patient}` },
  medicationCodeableConcept: { text: drug },
})

const read = (patientId: string, resources: readonly FhirResource[], draftOrders: readonly FhirResource[]): PatientFacts =>
  readFacts({ patientId, now: `${patients.anchor}T12:00:00Z`, resources, questions: [], draftOrders, selections: null }, theTerms())

/** The chart is read once; only the order differs. */
const charts = new Map(patients.stories.map(({ patient }) => [patient, read(patient, resourcesOf(patient), [])]))

const factsOf = (patient: string, drug: string): PatientFacts => {
  const chart = charts.get(patient)
  if (!chart) throw new Error(`no chart of ${patient}`)
  return { ...chart, orders: read(patient, [], [draft(patient, drug)]).orders }
}

const ordered = (patient: string, drug: string): { assessment: Assessment; facts: PatientFacts } => {
  const facts = factsOf(patient, drug)
  return { facts, assessment: assess(facts, callGenes(facts, knowledge.genes, knowledge.modifiers), knowledge, { precedence }) }
}

const drugOf = ({ assessment }: { assessment: Assessment }, name: string) =>
  assessment.orders[0]?.drugs.find(({ drug, about }) => about === 'order' && drug.name === name)

/** Every class that some drug of the rules is compared in, each with its members, none twice. */
const classes = (): string[][] => {
  const own = kitOf([], knowledge, precedence)
  const found = [...knowledge.guidance.keys()].flatMap((name) => {
    const drug = knowledge.drugs.ingredient(name)
    return drug ? (classOf(drug, own)?.members.map((one) => one.name) ?? []).join('|') : []
  })
  return [...new Set(found)].filter((names) => names !== '').map((names) => names.split('|'))
}

describe('the class of a drug in hand', () => {
  it('is the smallest class that is there for comparing, else the ATC group, else none', () => {
    const own = kitOf([], knowledge, precedence)
    const of = (name: string) => classOf(knowledge.drugs.ingredient(name) ?? { name, rxcui: null }, own)
    expect({ ...of('citalopram'), members: of('citalopram')?.members.length }).toEqual({
      label: 'SSRIs',
      source: 'WHO ATC group N06AB',
      url: 'https://www.whocc.no/atc_ddd_index/?code=N06AB',
      members: 6,
    })
    expect(of('clopidogrel')?.members.map(({ name }) => name)).toContain('ticagrelor')
    expect(of('carbamazepine')?.source).toBe('WHO ATC group N03AF')
    expect(of('tamoxifen')).toBeNull()
    expect(of('a drug that nobody knows')).toBeNull()
  })

  it('says of every drug, for every patient of the sandbox, what is said when that drug is ordered', () => {
    const groups = classes()
    expect(groups.length).toBeGreaterThan(25)
    let compared = 0
    for (const { patient } of patients.stories)
      for (const names of groups) {
        const [first = ''] = names
        const inHand = ordered(patient, first)
        const [entry] = compareClasses(inHand.assessment, inHand.facts, kit)
        const members = entry?.drugs.find(({ drug }) => drug.name === first)?.classmates?.members ?? []
        for (const member of members) {
          const own = drugOf(ordered(patient, member.drug.name), member.drug.name)
          if (!own) throw new Error(`${member.drug.name} cannot be ordered by its name`)
          const concern = concernOf(own, policy)
          const deciding = decidingFinding(own, concern)
          expect([patient, member.drug.name, member.bin, member.concern, member.consequence, member.sources.map(({ id }) => id)]).toEqual([
            patient,
            member.drug.name,
            binOf(own, concern),
            concern?.kind ?? null,
            deciding?.consequence ?? null,
            expect.arrayContaining(own.findings.filter(({ kind }) => kind === 'guidance').map(({ id }) => id)),
          ])
          compared++
        }
      }
    expect(compared).toBeGreaterThan(2500)
  }, 600_000)

  it('a source that has no recommendation is not read as: use as directed', () => {
    // CPIC 2021: no recommendation for hydrocodone in ultrarapid metabolizers, "minimal evidence regarding adverse events or analgesia".
    const inHand = ordered('p02', 'codeine')
    const [entry] = compareClasses(inHand.assessment, inHand.facts, kit)
    const members = entry?.drugs.find(({ drug }) => drug.name === 'codeine')?.classmates?.members ?? []
    expect(members.find(({ drug }) => drug.name === 'hydrocodone')?.bin).toBe('nothing')
  })

  it('a drug without guidance and one that could not be assessed never share a bin', () => {
    const inHand = ordered('p01', 'clopidogrel')
    const [entry] = compareClasses(inHand.assessment, inHand.facts, kit)
    const bins = Object.fromEntries(entry?.drugs[0]?.classmates?.members.map(({ drug, bin }) => [drug.name, bin]) ?? [])
    expect(bins).toEqual({ clopidogrel: 'change-drug', prasugrel: 'nothing', ticagrelor: 'nothing', ticlopidine: 'nothing' })
  })
})
