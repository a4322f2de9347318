import { withMoments } from '../../src/cards/moment-cards.ts'
import { medicineCardsInSlices } from '../../src/cards/write-medicine-cards.ts'
import type { CdsService } from '../../src/hooks/service.ts'
import { consultChart } from '../pgx/consult.ts'
import { explainMedicines } from '../pgx/explain.ts'
import type { ServiceKit } from '../pgx/kit.ts'
import { PGX_PREFETCH } from '../pgx/prefetch.ts'
import { writingFor } from '../pgx/write.ts'

export const pgxPatientView: CdsService<ServiceKit> = {
  id: 'pgx-patient-view',
  hook: 'patient-view',
  title: 'Medicines against genotype',
  description: 'On opening a chart: active medicines that known genotypes speak against, and what is new and asks for action, on one card.',
  usageRequirements:
    'Read access to the patient, laboratory results, conditions, medicines, allergies, procedures, family history, requests for tests and the pregnancy status; by prefetch or by the token in the call.',
  // Family history is an input of the risk of breast cancer; an EHR that does not hold it loses that number and nothing else.
  prefetch: { ...PGX_PREFETCH, family: 'FamilyMemberHistory?patient={{context.patientId}}&_count=100' },
  think: consultChart,
  *write(assessment, facts, kit, asking) {
    const writing = writingFor(kit, asking)
    return withMoments(yield* medicineCardsInSlices(assessment, facts, writing), assessment.moments ?? [], 'chart', facts, writing)
  },
  explain: explainMedicines,
}
