import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { panelState } from '../panel-state.ts'
import { EstimateCard } from './EstimateCard.tsx'
import { NotComputed } from './NotComputed.tsx'
import { Overview } from './Overview.tsx'
import { inOrder, isFolded, keyOf } from './sort.ts'
import { TEXT } from './texts.ts'

/** What models say about this patient, each number with its interval, inputs and limits; what was not computed for the person in one list. */
export default function RisksPanel(props: ViewProps) {
  const { profile } = props
  const all = profile.estimates ?? []
  const shown = inOrder(all.filter((estimate) => !isFolded(estimate)))
  const state = panelState(profile, profile.estimates !== null, all.length === 0 ? TEXT.empty : null)
  return (
    <>
      <Panel title={TEXT.title} state={state} lead={TEXT.lead}>
        <Overview estimates={shown} trends={profile.trends ?? []} />
      </Panel>
      {shown.map((estimate) => (
        <EstimateCard key={keyOf(estimate)} estimate={estimate} view={props} />
      ))}
      <NotComputed estimates={all.filter(isFolded)} session={props.session} />
    </>
  )
}
