import { useEffect, useState } from 'react'
import type { Session } from './smart-session.ts'

/** Windows of this origin in the same browser hear each other here; nothing leaves the browser. */
const CHANNEL = 'attune.charts'

/** Hidden for longer than this, a session is renewed before it is looked at again, which brings the EHR's patient along. */
const LONG_HIDDEN_MS = 5 * 60_000

/** Why the screen is blank: another chart was opened, the EHR's token is for somebody else, or an old page came back by itself. */
export type Moved = 'elsewhere' | 'token' | 'brought-back'

/**
 * One launch tells the others. `key` is random for each telling, `issuer` and `chart` are hashed with it: whoever knows the
 * same issuer and patient can compare, nothing else can be read from it.
 */
type Telling = { readonly launch: string; readonly key: string; readonly issuer: string; readonly chart: string }

const isTelling = (value: unknown): value is Telling =>
  typeof value === 'object' &&
  value !== null &&
  ['launch', 'key', 'issuer', 'chart'].every((name) => typeof (value as { readonly [member: string]: unknown })[name] === 'string')

const hex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

const hashWith = async (key: string, text: string): Promise<string> => {
  const bytes = new TextEncoder()
  const hmac = await crypto.subtle.importKey('raw', bytes.encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return hex(await crypto.subtle.sign('HMAC', hmac, bytes.encode(text)))
}

export type Chart = { readonly launch: string; readonly issuer: string; readonly patient: string }

const chartText = ({ issuer, patient }: Chart): string => JSON.stringify([issuer, patient])

export const tell = async (chart: Chart, key: string): Promise<Telling> => ({
  launch: chart.launch,
  key,
  issuer: await hashWith(key, chart.issuer),
  chart: await hashWith(key, chartText(chart)),
})

/** True when the telling is about another patient of the same record system. Another record system has a chart of its own. */
export const isAboutAnother = async (telling: unknown, ours: Chart): Promise<boolean> => {
  if (!isTelling(telling) || telling.launch === ours.launch) return false
  const own = await tell(ours, telling.key)
  return own.issuer === telling.issuer && own.chart !== telling.chart
}

const chartOf = (session: Session, patient: string): Chart => ({ launch: session.launch ?? '', issuer: session.fhirServer, patient })

/**
 * Says when this screen must not show its patient any more. SMART has no event for that, so three signs are taken: another chart
 * opened in this browser from the same record system, a renewed token for somebody else, and a page that the browser brought
 * back from its history.
 */
export const useChartWatch = (session: Session, patient: string): { readonly moved: Moved | null; readonly stay: () => void } => {
  const [moved, setMoved] = useState<Moved | null>(null)
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round tells the others anew that this chart is the open one
  useEffect(() => {
    const ours = chartOf(session, patient)
    const channel = new BroadcastChannel(CHANNEL)
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      void isAboutAnother(data, ours).then((isAnother) => isAnother && setMoved('elsewhere'))
    }
    void tell(ours, crypto.randomUUID())
      .then((telling) => channel.postMessage(telling))
      .catch(() => undefined) // closed in the meantime
    return () => channel.close()
  }, [session, patient, round])
  useEffect(() => session.onMoved?.(() => setMoved('token')), [session])
  useEffect(() => {
    const bringBack = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) setMoved('brought-back')
    }
    let hiddenAt: number | null = null
    const look = (): void => {
      const wasHidden = hiddenAt === null ? 0 : Date.now() - hiddenAt
      hiddenAt = document.visibilityState === 'hidden' ? Date.now() : null
      if (hiddenAt === null && wasHidden > LONG_HIDDEN_MS && session.canRefresh?.()) void session.refresh()
    }
    window.addEventListener('pageshow', bringBack)
    document.addEventListener('visibilitychange', look)
    return () => {
      window.removeEventListener('pageshow', bringBack)
      document.removeEventListener('visibilitychange', look)
    }
  }, [session])
  return {
    moved,
    stay: () => {
      setMoved(null)
      setRound((last) => last + 1)
    },
  }
}
