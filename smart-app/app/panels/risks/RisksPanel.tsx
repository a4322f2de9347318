import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { TEXT } from '../../text.ts'
import { panelState } from '../panel-state.ts'
import { EstimateCard } from './EstimateCard.tsx'
import { NotComputed } from './NotComputed.tsx'

const isFolded = (estimate: RiskEstimate): boolean => estimate.state === 'refused' && estimate.general === true

/** What models say about this patient, each number with its interval, inputs and limits; what was not computed for the person in one list. */
export const RisksPanel = ({ profile }: { readonly profile: ProfileState }) => {
  const estimates = profile.estimates ?? []
  const state = panelState(profile, profile.estimates !== null, estimates.length === 0 ? TEXT.risks.empty : null)
  return (
    <>
      <Panel title={TEXT.risks.title} state={state} lead={TEXT.risks.lead} />
      {estimates
        .filter((estimate) => !isFolded(estimate))
        .map((estimate) => (
          <EstimateCard key={`${estimate.model.id} ${estimate.title}`} estimate={estimate} />
        ))}
      <NotComputed estimates={estimates.filter(isFolded)} />
    </>
  )
}
