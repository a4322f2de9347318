import { writeMedicineCards } from '../../src/cards/write-medicine-cards.ts'
import type { CdsService } from '../../src/hooks/service.ts'
import { consult } from '../pgx/consult.ts'
import { explainMedicines } from '../pgx/explain.ts'
import type { ServiceKit } from '../pgx/kit.ts'
import { PGX_PREFETCH } from '../pgx/prefetch.ts'
import { writingFor } from '../pgx/write.ts'

export const pgxPatientView: CdsService<ServiceKit> = {
  id: 'pgx-patient-view',
  hook: 'patient-view',
  title: 'Medicines against genotype',
  description: 'On opening a chart: active medicines that known genotypes speak against, on one card.',
  usageRequirements:
    'Read access to the patient, laboratory results, conditions, medicines, allergies, procedures, requests for tests and the pregnancy status; by prefetch or by the token in the call.',
  prefetch: PGX_PREFETCH,
  think: consult,
  write: (assessment, facts, kit, asking) => writeMedicineCards(assessment, facts, writingFor(kit, asking)),
  explain: explainMedicines,
}
