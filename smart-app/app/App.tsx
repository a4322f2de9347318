import { useEffect, useState } from 'react'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { Gate, GateActions } from './screen/Gate.tsx'
import { OpenChart } from './screen/OpenChart.tsx'
import { readAppConfig } from './session/app-config.ts'
import { endSession } from './session/end-session.ts'
import { type RefusalCode, type Start, startSession } from './session/start.ts'
import { TEXT } from './text.ts'

/** Whether to say that patients are synthetic. When the server does not answer, the profile's own failure is told. */
const isSandbox = (): Promise<boolean> =>
  readAppConfig(null).then(
    (config) => config.sandbox,
    () => false,
  )

/** Where a new sign-in begins. */
const LAUNCH_PAGE = './launch.html'

/** Finishes the launch, then shows the patient, or says why there is nothing to show. */
export const App = () => {
  const [start, setStart] = useState<Start | { readonly kind: 'ended' } | null>(null)
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
    case 'ready': {
      const { session, patient } = start
      const end = (): void => {
        endSession(session)
        setStart({ kind: 'ended' })
      }
      return <OpenChart session={session} patient={patient} sandbox={sandbox} onEnd={end} />
    }
    case 'no-patient':
      return <Ask level="unknown" words={TEXT.noPatient} />
    case 'no-session':
      return <Ask level="info" words={TEXT.noSession} />
    case 'no-token':
      return <Ask level="warning" words={TEXT.noToken} />
    case 'ended':
      return <Ask level="info" words={TEXT.ended} />
    case 'refused':
      return <Refused code={start.code} />
  }
}

type Words = { readonly title: string; readonly text: string; readonly choose: string }

/** Says what happened and offers to choose a record system. */
const Ask = ({ level, words }: { readonly level: 'info' | 'unknown' | 'warning'; readonly words: Words }) => (
  <Gate level={level} title={words.title}>
    <p>{words.text}</p>
    <GateActions>
      <ButtonLink href={LAUNCH_PAGE} look="primary">
        {words.choose}
      </ButtonLink>
    </GateActions>
  </Gate>
)

/** Errors that may pass by themselves. */
const PASSING: ReadonlySet<RefusalCode> = new Set(['server_error', 'temporarily_unavailable'])

const Refused = ({ code }: { readonly code: RefusalCode }) => (
  <Gate level="warning" title={TEXT.refused.title}>
    <p>{TEXT.refused.of[code]}</p>
    <p>{TEXT.refused.nothingRead}</p>
    {code === 'error' ? null : (
      <p>
        <small>
          {TEXT.refused.code} <code>{code}</code>
        </small>
      </p>
    )}
    <GateActions>
      {PASSING.has(code) ? <Button onClick={() => history.back()}>{TEXT.retry}</Button> : null}
      <ButtonLink href={LAUNCH_PAGE}>{TEXT.noSession.choose}</ButtonLink>
    </GateActions>
  </Gate>
)
