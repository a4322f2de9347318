import type { CdsService } from '../src/hooks/service.ts'
import type { ServiceKit } from './pgx/kit.ts'
import { pgxOrderSelect } from './pgx-order-select/service.ts'
import { pgxOrderSign } from './pgx-order-sign/service.ts'
import { pgxPatientView } from './pgx-patient-view/service.ts'
import { riskEncounterDischarge } from './risk-encounter-discharge/service.ts'

/** Every service that this server offers: a folder and one line here. */
export const SERVICES: readonly CdsService<ServiceKit>[] = [pgxOrderSelect, pgxOrderSign, pgxPatientView, riskEncounterDischarge]
