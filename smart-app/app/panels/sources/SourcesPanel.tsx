import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { panelState } from '../panel-state.ts'
import { ReportAction } from '../report/ReportAction.tsx'
import { Gaps } from './Gaps.tsx'
import { Questions } from './Questions.tsx'
import { Silences } from './Silences.tsx'
import { TEXT } from './texts.ts'
import { Versions } from './Versions.tsx'

/** What was asked of the record, what lacks and what that does, why nothing was said, and which versions made the assessment. */
export default function SourcesPanel({ profile, session, patient }: ViewProps) {
  const { questions, facts, background } = profile
  const state = panelState(profile, questions.length > 0 || facts !== null, questions.length === 0 ? TEXT.empty : null)
  const behind = background === 'failed' ? null : background
  return (
    <>
      {background === 'failed' ? <Panel title={TEXT.silences} state={{ kind: 'error', text: TEXT.failed }} /> : null}
      <Gaps profile={profile} />
      <Silences profile={profile} />
      <Panel title={TEXT.title} state={state} lead={TEXT.lead}>
        <Questions questions={questions} resources={behind?.resources ?? null} unlisted={behind?.unlisted ?? 0} />
      </Panel>
      <Versions
        profile={profile}
        fhirServer={session.fhirServer}
        actions={<ReportAction profile={profile} session={session} patient={patient} />}
      />
    </>
  )
}
