import type { WhyNot } from './texts.ts'

export type Picture = { readonly kind: 'picture'; readonly blob: Blob } | { readonly kind: 'none'; readonly why: WhyNot }

/** A small picture is some ten kilobytes; whatever is larger than this is none. */
const MOST_BYTES = 1_500_000

const WAIT_MS = 8000

/** First bytes of the two formats that are shown: what a server calls its answer is not believed alone. */
const FORMATS: readonly { readonly type: string; readonly starts: readonly number[] }[] = [
  { type: 'image/png', starts: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', starts: [0xff, 0xd8, 0xff] },
]

const none = (why: WhyNot): Picture => ({ kind: 'none', why })

/** The body up to the limit; null when it is longer, whatever its header said. */
const readUpTo = async (body: ReadableStream<Uint8Array<ArrayBuffer>>, most: number): Promise<Uint8Array<ArrayBuffer> | null> => {
  const reader = body.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel().catch(() => undefined)
      return null
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

const pictureIn = async (response: Response): Promise<Picture> => {
  if (!/^image\/(png|jpeg)\b/i.test(response.headers.get('content-type') ?? '') || response.body === null) return none('not-a-picture')
  if (Number(response.headers.get('content-length') ?? 0) > MOST_BYTES) return none('large')
  const bytes = await readUpTo(response.body, MOST_BYTES)
  if (bytes === null) return none('large')
  const format = FORMATS.find(({ starts }) => starts.every((byte, at) => bytes[at] === byte))
  return format ? { kind: 'picture', blob: new Blob([bytes], { type: format.type }) } : none('not-a-picture')
}

/** Statuses after which the next address may still have one: the resource or the format is not known there. */
const NOT_THERE: ReadonlySet<number> = new Set([400, 404, 405, 406, 410, 415, 501])

const askOnce = async (address: string, token: string | null, signal: AbortSignal): Promise<Picture> => {
  const late = AbortSignal.timeout(WAIT_MS)
  try {
    const response = await fetch(address, {
      headers: { accept: 'image/png, image/jpeg', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: AbortSignal.any([signal, late]),
    })
    if (response.ok) return await pictureIn(response)
    await response.body?.cancel().catch(() => undefined)
    if (response.status === 401 || response.status === 403) return none('refused')
    return none(NOT_THERE.has(response.status) ? 'missing' : 'unreachable')
  } catch {
    return none(late.aborted ? 'late' : 'unreachable')
  }
}

/** The first picture that one of the addresses has. Only "not there" leads on to the next. */
export const fetchPicture = async (addresses: readonly string[], token: string | null, signal: AbortSignal): Promise<Picture> => {
  let last: Picture = none('missing')
  for (const address of addresses) {
    last = await askOnce(address, token, signal)
    if (last.kind === 'picture' || last.why !== 'missing') return last
  }
  return last
}

/** Pictures asked for at the same time: an archive serves other people, too. */
const AT_ONCE = 3

const waiting: (() => void)[] = []
let running = 0

/** Runs when one of the few places is free. */
export const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  try {
    return await work()
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}
