import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { keyOf } from './sort.ts'

/** Id of an estimate's card on the page. */
export const anchorOf = (estimate: RiskEstimate): string => `risk-${keyOf(estimate).replaceAll(/[^A-Za-z0-9]+/g, '-')}`
