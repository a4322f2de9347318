import { Button } from '../../ui/Button.tsx'
import { useChartWatch } from '../session/chart-watch.ts'
import { DraftsOf } from '../session/drafts.tsx'
import { openAgain } from '../session/reopen.ts'
import type { Session } from '../session/smart-session.ts'
import { TEXT } from '../text.ts'
import { Gate, GateActions } from './Gate.tsx'
import { Screen } from './Screen.tsx'

/** The open patient, or a blank page once the EHR's patient may be another: nothing of the patient is then left on the page. */
export const OpenChart = ({
  session,
  patient,
  sandbox,
  onEnd,
}: {
  readonly session: Session
  readonly patient: string
  readonly sandbox: boolean
  readonly onEnd: () => void
}) => {
  const { moved, stay } = useChartWatch(session, patient)
  if (moved === null)
    return (
      <DraftsOf issuer={session.fhirServer} patient={patient}>
        <Screen session={session} patient={patient} sandbox={sandbox} onEnd={onEnd} />
      </DraftsOf>
    )
  const reopen = async (): Promise<void> => {
    // A renewed token says whether the EHR still has this patient open for us; without one the EHR is asked by a new sign-in.
    if (moved !== 'token' && (await session.refresh())) stay()
    else openAgain(session, patient, '')
  }
  return (
    <Gate level="caution" title={TEXT.moved.titles[moved]}>
      <p role="alert">{TEXT.moved.because[moved]}</p>
      <p>{TEXT.moved.blank}</p>
      <GateActions>
        <Button look="primary" onClick={() => void reopen()}>
          {TEXT.moved.reopen}
        </Button>
        <Button onClick={onEnd}>{TEXT.endSession}</Button>
      </GateActions>
    </Gate>
  )
}
