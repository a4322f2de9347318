import { writeMomentCards } from '../../src/cards/moment-cards.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment } from '../../src/contract/findings.ts'
import type { CdsService } from '../../src/hooks/service.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { answerAll } from '../../src/risk/moments/answer-moment.ts'
import { openSituation } from '../../src/risk/moments/situation.ts'
import type { ServiceKit } from '../pgx/kit.ts'
import { PGX_PREFETCH } from '../pgx/prefetch.ts'
import { writingFor } from '../pgx/write.ts'

const { patient, labs, vitals, conditions, medications, procedures } = PGX_PREFETCH as Readonly<Record<string, string>> & {
  readonly [key in 'patient' | 'labs' | 'vitals' | 'conditions' | 'medications' | 'procedures']: string
}

/** The models that a discharge asks, and nothing else: no order is looked at. */
const think = async (facts: PatientFacts, kit: ServiceKit): Promise<Assessment> => {
  const calls = callGenes(facts, kit.knowledge.genes, kit.knowledge.modifiers)
  const situation = openSituation(kit.moments, kit.models, facts, calls)
  return {
    knowledge: { version: kit.knowledge.version, asOf: kit.knowledge.asOf },
    geneCalls: calls,
    orders: [],
    medicines: [],
    moments: await answerAll(kit.moments.discharge, situation),
    gaps: [],
  }
}

export const riskEncounterDischarge: CdsService<ServiceKit> = {
  id: 'risk-encounter-discharge',
  hook: 'encounter-discharge',
  title: 'Readmission at discharge',
  description: 'Before a discharge: scores of readmission on one card, when one of them reaches its published high class.',
  usageRequirements:
    'Read access to the patient, encounters, laboratory results, vital signs, conditions, medicines and procedures; by prefetch or by the token in the call.',
  prefetch: {
    patient,
    encounter: 'Encounter/{{context.encounterId}}',
    encounters: 'Encounter?patient={{context.patientId}}&_count=200',
    labs,
    vitals,
    conditions,
    medications,
    procedures,
  },
  think,
  write: (assessment, facts, kit, asking) => writeMomentCards(assessment.moments ?? [], 'discharge', facts, writingFor(kit, asking)),
  // No drug is looked at: why each score speaks or does not stands among the silences.
  explain: () => [],
}
