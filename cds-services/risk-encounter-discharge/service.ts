import { writeMomentCards } from '../../src/cards/moment-cards.ts'
import type { CdsService } from '../../src/hooks/service.ts'
import type { ServiceKit } from '../pgx/kit.ts'
import { writingFor } from '../pgx/write.ts'
import { consultDischarge } from './consult.ts'

export const riskEncounterDischarge: CdsService<ServiceKit> = {
  id: 'risk-encounter-discharge',
  hook: 'encounter-discharge',
  title: 'Readmission at discharge',
  description: 'Before a discharge: scores of readmission on one card, when one of them reaches its published high class.',
  usageRequirements:
    'Read access to the patient, encounters, laboratory results, conditions, medicines and procedures; by prefetch or by the token in the call.',
  prefetch: {
    patient: 'Patient/{{context.patientId}}',
    encounter: 'Encounter/{{context.encounterId}}',
    encounters: 'Encounter?patient={{context.patientId}}&_count=200',
    labs: 'Observation?patient={{context.patientId}}&category=laboratory&_count=200',
    conditions: 'Condition?patient={{context.patientId}}&_count=200',
    medications: 'MedicationRequest?patient={{context.patientId}}&_count=200',
    procedures: 'Procedure?patient={{context.patientId}}&_count=200',
  },
  think: consultDischarge,
  *write(assessment, facts, kit, asking) {
    yield
    return writeMomentCards(assessment.moments ?? [], 'discharge', facts, writingFor(kit, asking))
  },
  // No drug is looked at: why each score speaks or does not stands among the silences.
  explain: () => [],
}
