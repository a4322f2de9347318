import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { TEXT } from '../../text.ts'
import { panelState } from '../panel-state.ts'
import { EstimateCard } from './EstimateCard.tsx'

/** What models say about this patient, each number with its interval, inputs and limits. */
export const RisksPanel = ({ profile }: { readonly profile: ProfileState }) => {
  const estimates = profile.estimates ?? []
  const state = panelState(profile, profile.estimates !== null, estimates.length === 0 ? TEXT.risks.empty : null)
  return (
    <>
      <Panel title={TEXT.risks.title} state={state} lead={TEXT.risks.lead} />
      {estimates.map((estimate) => (
        <EstimateCard key={`${estimate.model.id} ${estimate.title}`} estimate={estimate} />
      ))}
    </>
  )
}
