import { orderCardsInSlices } from '../../src/cards/write-cards.ts'
import type { Silence } from '../../src/contract/cards.ts'
import type { Order } from '../../src/contract/facts.ts'
import type { CdsService } from '../../src/hooks/service.ts'
import { consult } from '../pgx/consult.ts'
import { explainOrders } from '../pgx/explain.ts'
import type { ServiceKit } from '../pgx/kit.ts'
import { PGX_PREFETCH } from '../pgx/prefetch.ts'
import { writingFor } from '../pgx/write.ts'

const notSelected = ({ ref, drug }: Order): Silence => ({
  about: drug.text === '' ? ref : drug.text,
  code: 'not-selected',
  because: 'not among the selections of this call; it was looked at as background',
  order: ref,
})

export const pgxOrderSelect: CdsService<ServiceKit> = {
  id: 'pgx-order-select',
  hook: 'order-select',
  title: 'Pharmacogenomics while ordering',
  description:
    "While a drug is being chosen: what the patient's genes say about it, checked alternatives, and which test should come first.",
  usageRequirements:
    'Read access to the patient, laboratory results, conditions, medicines, allergies, procedures, requests for tests and the pregnancy status; by prefetch or by the token in the call.',
  prefetch: PGX_PREFETCH,
  think: consult,
  // CDS Hooks: advice for what is being selected; the other drafts are background.
  *write(assessment, facts, kit, asking) {
    const selected = assessment.orders.filter(({ order }) => order.selected)
    const written = yield* orderCardsInSlices({ ...assessment, orders: selected }, facts, writingFor(kit, asking))
    const others = assessment.orders.filter(({ order }) => !order.selected)
    return { ...written, silences: [...written.silences, ...others.map(({ order }) => notSelected(order))] }
  },
  explain: explainOrders,
}
