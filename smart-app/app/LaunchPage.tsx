import { useEffect, useState } from 'react'
import { Button } from '../ui/Button.tsx'
import { LAUNCH_TEXT as TEXT } from './launch-text.ts'
import { Gate, GateActions } from './screen/Gate.tsx'
import { expectIssuer } from './session/answer-issuer.ts'
import { type AppConfig, readAppConfig } from './session/app-config.ts'
import { findIssuer } from './session/issuers.ts'
import { cleanAddress, readLaunchRequest } from './session/launch-request.ts'
import { readLoginOffer } from './session/login-offer.ts'

type Step =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'choose'; readonly config: AppConfig }
  | { readonly kind: 'unknown'; readonly named: string }
  | { readonly kind: 'failed'; readonly issuer: string; readonly why: keyof typeof TEXT.failed }
  | { readonly kind: 'no-config' }

type Show = (step: Step) => void

/** Host of an address for people to read; never the whole address, which is the caller's text. */
const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : TEXT.unknown.unnamed)

/** fhirclient is loaded only once the address is clean: it reads the address itself. */
const signIn = async (issuer: string, launch: string | null, config: AppConfig, show: Show): Promise<void> => {
  show({ kind: 'connecting' })
  history.replaceState(null, '', cleanAddress(location.href, issuer, launch))
  // Without a secure context the browser has no WebCrypto, and PKCE has no challenge.
  if (!isSecureContext) return show({ kind: 'failed', issuer, why: 'insecure' })
  const offer = await readLoginOffer(issuer)
  if (offer.kind !== 'ready') return show({ kind: 'failed', issuer, why: offer.kind })
  expectIssuer(offer.issuer)
  try {
    const { authorize } = await import('./session/smart-session.ts')
    await authorize(issuer, launch, config.clientIds[issuer] ?? '', config.optionalScopes)
  } catch {
    show({ kind: 'failed', issuer, why: 'stopped' })
  }
}

const begin = async (show: Show): Promise<void> => {
  const { issuer: named, launch } = readLaunchRequest(location.href)
  let config: AppConfig
  try {
    config = await readAppConfig(named)
  } catch {
    return show({ kind: 'no-config' })
  }
  if (named === null) return show({ kind: 'choose', config })
  const issuer = findIssuer(named, config.issuers)
  if (issuer === null) return show({ kind: 'unknown', named })
  await signIn(issuer, launch, config, show)
}

/** Starts an EHR launch at once; without one, offers the registered record systems. */
export const LaunchPage = () => {
  const [step, show] = useState<Step>({ kind: 'connecting' })
  useEffect(() => void begin(show), [])
  switch (step.kind) {
    case 'connecting':
      return (
        <Gate level="info" title={TEXT.connecting.title}>
          <p role="status">{TEXT.connecting.text}</p>
        </Gate>
      )
    case 'choose':
      return <Choose config={step.config} show={show} />
    case 'unknown':
      return (
        <Gate level="critical" title={TEXT.unknown.title}>
          <p>{TEXT.unknown.text(hostOf(step.named))}</p>
          <p>{TEXT.unknown.help}</p>
        </Gate>
      )
    case 'failed':
      return <Retry title={TEXT.failed[step.why].title} text={TEXT.failed[step.why].text(hostOf(step.issuer))} />
    case 'no-config':
      return <Retry title={TEXT.noConfig.title} text={TEXT.noConfig.text} />
  }
}

const Choose = ({ config, show }: { readonly config: AppConfig; readonly show: Show }) => (
  <Gate level="info" title={TEXT.choose.title}>
    <p>{config.issuers.length > 0 ? TEXT.choose.text : TEXT.choose.none}</p>
    <GateActions>
      {config.issuers.map((issuer, at) => (
        <Button key={issuer} look={at === 0 ? 'primary' : 'secondary'} onClick={() => void signIn(issuer, null, config, show)}>
          {TEXT.choose.open(hostOf(issuer))}
        </Button>
      ))}
    </GateActions>
  </Gate>
)

const Retry = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <Gate level="warning" title={title}>
    <p>{text}</p>
    <GateActions>
      <Button look="primary" onClick={() => location.reload()}>
        {TEXT.retry}
      </Button>
    </GateActions>
  </Gate>
)
