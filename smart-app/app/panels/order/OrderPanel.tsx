import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import type { AppContext } from '../../session/app-context.ts'
import { TEXT } from '../../text.ts'
import { panelState } from '../panel-state.ts'
import { DrugSection } from './DrugSection.tsx'
import { drugsInHand } from './drugs-in-hand.ts'

/** The order being written: action, reason, evidence. */
export const OrderPanel = ({ profile, context }: { readonly profile: ProfileState; readonly context: AppContext }) => {
  const { assessment } = profile
  const drugs = assessment === null ? [] : drugsInHand(assessment, context)
  if (assessment !== null && drugs.length > 0)
    return (
      <>
        {drugs.map(({ drug, order }) => (
          <DrugSection key={`${drug.ref} ${drug.drug.name}`} drug={drug} order={order} words={profile.words} />
        ))}
      </>
    )
  const unmapped = (assessment?.orders ?? []).flatMap((entry) => entry.gaps.map((gap) => gap.because))
  const nothing = context.drug?.text ? TEXT.order.unmatched(context.drug.text) : TEXT.order.none
  return <Panel title={TEXT.order.title} state={panelState(profile, assessment !== null, nothing, unmapped)} />
}
