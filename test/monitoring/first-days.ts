import { randomUUID } from 'node:crypto'
import { type LedgerConfig, openLedger } from '../../src/ledger/ledger.ts'
import { tally } from '../../src/monitoring/tally.ts'
import { estimate } from '../../src/risk/estimate.ts'
import { loadModels } from '../../src/risk/registry.ts'
import { decision } from '../ledger/decisions.ts'
import { HEIGHT, measured, patient, WARFARIN, WEIGHT } from '../risk/patient.ts'
import { people } from './site.ts'

const DAY_MS = 86_400_000
export const daysAgo = (n: number): string => new Date(Date.now() - n * DAY_MS).toISOString()

/** First days of the models at a site: real estimates for synthetic people, recorded as calls of that time. */
export const recordFirstDays = async (
  config: LedgerConfig,
  modelsDir: string,
  { n = 400, from = 20, days = 7, tenant = 'hospital', noWeight = 0.05 } = {},
) => {
  const models = await loadModels(modelsDir, { execution: 'cpu' })
  const ledger = await openLedger(config)
  for (const [at, { born, heightCm, weightKg }] of people(n, 11, { noWeight }).entries()) {
    const vitals = [measured(HEIGHT, heightCm, 'cm'), ...(weightKg === null ? [] : [measured(WEIGHT, weightKg, 'kg')])]
    const estimates = await estimate(models, patient({ age: new Date().getUTCFullYear() - born, vitals }), [], WARFARIN)
    const call = decision({ id: randomUUID(), tenant, at: daysAgo(from - (at % days)), ms: 5 })
    await ledger.record(call, estimates, tally(call, estimates, models))
  }
  await ledger.close()
  await models.close()
}
