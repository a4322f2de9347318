import { useEffect, useState } from 'react'
import { ButtonLink } from '../ui/Button.tsx'
import { Gate, GateActions } from './screen/Gate.tsx'
import { Screen } from './screen/Screen.tsx'
import { readAppConfig } from './session/app-config.ts'
import { type Start, startSession } from './session/start.ts'
import { TEXT } from './text.ts'

/** Whether to say that patients are synthetic. When the server does not answer, the profile's own failure is told. */
const isSandbox = (): Promise<boolean> =>
  readAppConfig().then(
    (config) => config.sandbox,
    () => false,
  )

/** Finishes the launch, then shows the patient, or says why there is nothing to show. */
export const App = () => {
  const [start, setStart] = useState<Start | null>(null)
  const [sandbox, setSandbox] = useState(false)
  useEffect(() => {
    void startSession(location.href).then(setStart)
    void isSandbox().then(setSandbox)
  }, [])
  if (start === null)
    return (
      <Gate level="info" title={TEXT.starting.title}>
        <p role="status">{TEXT.starting.text}</p>
      </Gate>
    )
  switch (start.kind) {
    case 'ready':
      return <Screen session={start.session} patient={start.patient} sandbox={sandbox} />
    case 'no-patient':
      return (
        <Gate level="unknown" title={TEXT.noPatient.title}>
          <p>{TEXT.noPatient.text}</p>
        </Gate>
      )
    case 'no-session':
      return (
        <Gate level="info" title={TEXT.noSession.title}>
          <p>{TEXT.noSession.text}</p>
          <GateActions>
            <ButtonLink href="./launch.html" look="primary">
              {TEXT.noSession.choose}
            </ButtonLink>
          </GateActions>
        </Gate>
      )
    case 'refused':
      return (
        <Gate level="warning" title={TEXT.refused.title}>
          <p>{start.code === 'access_denied' ? TEXT.refused.text : TEXT.refused.otherText(start.code)}</p>
        </Gate>
      )
  }
}
