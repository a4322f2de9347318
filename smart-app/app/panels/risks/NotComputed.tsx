import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import type { Session } from '../../session/smart-session.ts'
import { Said } from '../../words/Said.tsx'
import { MissingEffects } from './MissingEffects.tsx'
import styles from './NotComputed.module.css'
import { groupsOf, keyOf } from './sort.ts'
import { TEXT, type Why } from './texts.ts'

type Refused = Extract<RiskEstimate, { state: 'refused' }>

/** Where a value could help. */
const HELPED: ReadonlySet<Why> = new Set<Why>(['missing', 'stale'])

/** Models that gave no number, by what stands in the way, folded into one line until somebody asks. */
export const NotComputed = ({ estimates, session }: { readonly estimates: readonly Refused[]; readonly session: Session }) =>
  estimates.length === 0 ? null : (
    <details className={styles.all}>
      <summary>{TEXT.notComputed(estimates.length)}</summary>
      {groupsOf(estimates).map(({ why, estimates: some }) => (
        <section key={why}>
          <h3>
            {TEXT.whys[why]} ({some.length})
          </h3>
          <ul>
            {some.map((estimate) => (
              <li key={keyOf(estimate)}>
                <Said>
                  <strong>{estimate.title}</strong> ({estimate.model.name}): {reasons(estimate.because)}
                </Said>
                {HELPED.has(why) ? <MissingEffects estimate={estimate} session={session} /> : null}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </details>
  )

const reasons = (because: readonly { readonly because: string }[]): string => [...new Set(because.map((gap) => gap.because))].join(' ')
