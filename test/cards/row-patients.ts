import { createHmac } from 'node:crypto'
import type { Writing } from '../../src/cards/card-parts.ts'
import { readWording } from '../../src/cards/wording.ts'
import { writeOrderCards } from '../../src/cards/write-cards.ts'
import { drawPatient, type Sketch, sketchSchema } from '../../src/cli/patient-sketch.ts'
import type { WrittenCards } from '../../src/contract/cards.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment } from '../../src/contract/findings.ts'
import { assess } from '../../src/guidance/assess.ts'
import type { GuidanceRow } from '../../src/guidance/rules.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { theKnowledge } from '../builders/knowledge.ts'

/** What the record must hold for a row's population to match; populations that only asking decides have none. */
const POPULATIONS: Readonly<Record<string, Partial<Sketch>>> = {
  adults: { age: 45 },
  pediatrics: { age: 8 },
  'child >40kg_adult': { age: 45 },
  'CVI ACS PCI': { procedures: [{ name: 'Percutaneous coronary intervention', snomed: '415070008', date: '2026-10-20' }] },
  'CVI non-ACS non-PCI': { conditions: [{ name: 'Coronary artery disease', snomed: '53741008' }] },
  NVI: { conditions: [{ name: 'Stroke', snomed: '230690007' }] },
  'CBZ use >3mos': { medicines: [{ drug: 'carbamazepine', start: '2025-01-01' }] },
  'OXC use >3 mos': { medicines: [{ drug: 'oxcarbazepine', start: '2025-01-01' }] },
  'PHT use >3mos': { medicines: [{ drug: 'phenytoin', start: '2025-01-01' }] },
}

/** Gene results of one entry of a row, as people write them; genes that must have no result are left out. */
const resultsOf = (entry: GuidanceRow['when'][number], pick: number): Record<string, string> =>
  Object.fromEntries(
    Object.entries(entry).flatMap(([gene, keys]) => {
      const key = keys[Math.min(pick, keys.length - 1)]
      return key === undefined || key === 'NR' ? [] : [[gene, key]]
    }),
  )

export type RowPatient = { readonly facts: PatientFacts; readonly assessment: Assessment; readonly genes: Record<string, string> }

export const assessFacts = (facts: PatientFacts): Assessment => {
  const knowledge = theKnowledge()
  return assess(facts, callGenes(facts, knowledge.genes, knowledge.modifiers), knowledge, { precedence: ['CPIC', 'DPWG', 'FDA'] })
}

export const sketchPatient = (sketch: unknown): RowPatient => {
  const parsed = sketchSchema.parse(sketch)
  const facts = drawPatient(parsed, theKnowledge())
  return { facts, assessment: assessFacts(facts), genes: {} }
}

/** A patient whom the row is about. @throws AttuneError when the tables cannot make the row's key. */
export const patientOf = (row: GuidanceRow, entry: GuidanceRow['when'][number], pick = 0): RowPatient => {
  const genes = resultsOf(entry, pick)
  const extra = row.population === undefined ? {} : (POPULATIONS[row.population] ?? {})
  return { ...sketchPatient({ age: 45, ...extra, genes, order: { drug: row.drug } }), genes }
}

let count = 0

/** How tests write cards: every rule of the release, numbered uuids. */
export const theWriting = (changes: Partial<Writing> = {}): Writing => {
  const knowledge = theKnowledge()
  return {
    wording: readWording(knowledge.tables.get('wording'), knowledge.actions.keys()),
    policy: { testFirst: true, notAssessed: true, optionalAdvice: 'card', maxCards: 200, binding: ['FDA'] },
    sandbox: false,
    appLaunchUrl: 'https://attune.example.org/app/launch.html',
    linkHosts: [],
    encounterId: null,
    seal: (text) => createHmac('sha256', 'a key of the tests').update(text).digest('hex'),
    overridden: new Map(),
    newUuid: () => {
      count += 1
      return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`
    },
    ...changes,
  }
}

export const cardsFor = ({ assessment, facts }: RowPatient, changes: Partial<Writing> = {}): WrittenCards =>
  writeOrderCards(assessment, facts, theWriting(changes))

/** Every row that is shown as advice. */
export const adviceRows = (): GuidanceRow[] => [...theKnowledge().guidance.values()].flat().filter((row) => row.standing === 'advice')
