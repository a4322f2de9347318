import { orderCardsInSlices } from '../../src/cards/write-cards.ts'
import type { CdsService } from '../../src/hooks/service.ts'
import { consult } from '../pgx/consult.ts'
import { explainOrders } from '../pgx/explain.ts'
import type { ServiceKit } from '../pgx/kit.ts'
import { PGX_PREFETCH } from '../pgx/prefetch.ts'
import { writingFor } from '../pgx/write.ts'

export const pgxOrderSign: CdsService<ServiceKit> = {
  id: 'pgx-order-sign',
  hook: 'order-sign',
  title: 'Pharmacogenomics at signing',
  description: "Before orders are signed: what the patient's genes say about every drug in them, with doses and checked alternatives.",
  usageRequirements:
    'Read access to the patient, laboratory results, conditions, medicines, allergies, procedures, requests for tests and the pregnancy status; by prefetch or by the token in the call.',
  prefetch: PGX_PREFETCH,
  think: consult,
  write: (assessment, facts, kit, asking) => orderCardsInSlices(assessment, facts, writingFor(kit, asking)),
  explain: explainOrders,
}
