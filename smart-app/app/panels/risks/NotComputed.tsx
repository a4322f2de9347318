import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { TEXT } from '../../text.ts'
import styles from './EstimateCard.module.css'

/** Models that gave no number, each with its reasons, folded into one line until somebody asks. */
export const NotComputed = ({ estimates }: { readonly estimates: readonly RiskEstimate[] }) =>
  estimates.length === 0 ? null : (
    <details className={styles.small}>
      <summary>{TEXT.risks.notComputed(estimates.length)}</summary>
      <ul>
        {estimates.map((estimate) => (
          <li key={`${estimate.model.id} ${estimate.title}`}>
            <strong>{estimate.title}</strong> ({estimate.model.name}): {estimate.state === 'refused' ? reasons(estimate.because) : null}
          </li>
        ))}
      </ul>
    </details>
  )

const reasons = (because: readonly { readonly because: string }[]): string => [...new Set(because.map((gap) => gap.because))].join(' ')
