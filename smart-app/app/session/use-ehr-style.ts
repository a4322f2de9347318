import { useEffect, useState } from 'react'
import { type Colour, type JudgedStyle, judgeStyle, type OwnColours, readColour } from './ehr-style.ts'

/** The style's file was asked for and did not come, or stands where this page must not ask. */
export type EhrStyle = { readonly kind: 'none' } | { readonly kind: 'unread' } | { readonly kind: 'judged'; readonly style: JudgedStyle }

const LONGEST = 20_000
const PATIENCE_MS = 4000

/** Only the EHR itself is asked: the page's policy allows no other host, and a token names the address, not we. */
const isOfEhr = (address: string, fhirServer: string): boolean =>
  URL.canParse(address) && new URL(address).origin === new URL(fhirServer).origin

/** Text up to a limit: a style of a gigabyte is dropped at its first kilobytes. */
const readUpTo = async (body: ReadableStream<Uint8Array>, most: number): Promise<string> => {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.length
    if (bytes > most) {
      await reader.cancel().catch(() => undefined)
      throw new Error('too large')
    }
    text += decoder.decode(value, { stream: true })
  }
}

const fetchStyle = async (address: string): Promise<unknown> => {
  const answer = await fetch(address, {
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  if (!answer.ok || answer.body === null) throw new Error('no style')
  return JSON.parse(await readUpTo(answer.body, LONGEST))
}

const FALLBACK: Colour = [0, 0, 0, 1]

const INKS = ['critical', 'warning', 'caution', 'info', 'ok', 'none', 'unknown'] as const

/** The page's colours as they stand now: those of the light or the dark scheme. */
const ownColours = (): OwnColours => {
  const computed = getComputedStyle(document.documentElement)
  const colour = (name: string): Colour => readColour(computed.getPropertyValue(name)) ?? FALLBACK
  return {
    surface: colour('--surface'),
    ink: colour('--ink'),
    inkMuted: colour('--ink-muted'),
    inks: [...INKS.map((name) => colour(`--${name}-ink`)), colour('--accent')],
  }
}

const apply = (properties: JudgedStyle['properties']): void => {
  for (const [name, value] of Object.entries(properties)) document.documentElement.style.setProperty(name, value)
}

const takeBack = (properties: JudgedStyle['properties']): void => {
  for (const name of Object.keys(properties)) document.documentElement.style.removeProperty(name)
}

const SCHEMES = ['(prefers-color-scheme: dark)', '(forced-colors: active)'] as const

/** Takes the EHR's style where it can be read on this page, and says what was not taken. Judged anew when light turns to dark. */
export const useEhrStyle = (address: string | null, fhirServer: string): EhrStyle => {
  const [style, setStyle] = useState<EhrStyle>({ kind: 'none' })
  useEffect(() => {
    if (address === null) return
    let set: JudgedStyle['properties'] = {}
    let stopped = false
    const judge = (value: unknown): void => {
      takeBack(set)
      // Forced colours are the reader's own and go before anybody's style.
      const judged = matchMedia('(forced-colors: active)').matches ? null : judgeStyle(value, ownColours())
      set = judged?.properties ?? {}
      apply(set)
      setStyle(judged === null ? { kind: 'none' } : { kind: 'judged', style: judged })
    }
    const media = SCHEMES.map((query) => matchMedia(query))
    const begin = async (): Promise<void> => {
      try {
        if (!isOfEhr(address, fhirServer)) throw new Error('elsewhere')
        const value = await fetchStyle(address)
        if (stopped) return
        judge(value)
        for (const query of media) query.onchange = () => judge(value)
      } catch {
        if (!stopped) setStyle({ kind: 'unread' })
      }
    }
    void begin()
    return () => {
      stopped = true
      takeBack(set)
      for (const query of media) query.onchange = null
    }
  }, [address, fhirServer])
  return style
}
