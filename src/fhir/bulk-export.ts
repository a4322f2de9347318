import { AttuneError } from '../errors.ts'
import type { Outbound, Received } from './outbound.ts'

/** FHIR Bulk Data Access (2.0): kick-off, status, files, deletion. Addresses are the FHIR base's own, or of hosts that the operator names. */

export type ExportLevel = { readonly kind: 'system' } | { readonly kind: 'patients' } | { readonly kind: 'group'; readonly id: string }

export type ExportAsked = {
  /** FHIR base without a slash at its end. */
  readonly base: string
  readonly level: ExportLevel
  readonly types: readonly string[]
  /** FHIR instant; null: everything. */
  readonly since: string | null
}

export type ExportKit = {
  readonly outbound: Outbound
  /** Null: the server asks for none. */
  readonly token: (() => Promise<string>) | null
  /** Origins of files beside the base's own. */
  readonly fileOrigins: ReadonlySet<string>
  readonly wait: (ms: number) => Promise<void>
  /** Told with seconds until the next look. */
  readonly onWaiting: (seconds: number) => void
}

export type ExportFile = { readonly type: string; readonly url: string; readonly count: number | null }

export type ExportManifest = {
  readonly transactionTime: string | null
  readonly request: string | null
  readonly requiresAccessToken: boolean
  readonly output: readonly ExportFile[]
  readonly error: readonly ExportFile[]
  readonly deleted: readonly ExportFile[]
}

const CALL_MS = 60_000
const ANSWER_BYTES = 50_000_000
const MOST_PAGES = 1000
/** Looks at the status: the first after so long, later ones after up to so long, where the server does not say. */
const FIRST_WAIT_S = 2
const LONGEST_WAIT_S = 120
/** Longest that a server may make us wait at once. */
const MOST_WAIT_S = 900
/** Times that a call which failed for the moment is tried again. */
const TRIES = 5
/** What a server says of an export that it has thrown away. */
const GONE: ReadonlySet<number> = new Set([404, 410])

const fail = (detail: string): never => {
  throw new AttuneError('fhir-failed', detail)
}

/** Seconds that a server asks to wait: a number, or a date (RFC 9110, section 10.2.3). */
export const retryAfterS = (text: string | null, now: number): number | null => {
  if (text === null) return null
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - now) / 1000
  return Number.isFinite(seconds) ? Math.min(MOST_WAIT_S, Math.max(1, Math.ceil(seconds))) : null
}

/** @throws AttuneError `fhir-failed` for an address that is neither of the base nor of a named host */
const allowedUrl = (text: string, base: string, origins: ReadonlySet<string>): URL => {
  if (!URL.canParse(text, `${base}/`)) return fail('the server named an address that is none')
  const url = new URL(text, `${base}/`)
  if (url.origin !== new URL(base).origin && !origins.has(url.origin))
    return fail(`the server named an address of ${url.origin}, which is not the FHIR server's own (name it with --file-host)`)
  return url
}

const headersFor = async (token: ExportKit['token'], accept: string): Promise<Record<string, string>> => ({
  accept,
  ...(token === null ? {} : { authorization: `Bearer ${await token()}` }),
})

const isForNow = (received: Received): boolean =>
  !received.ok ? received.why === 'timeout' || received.why === 'network' : [429, 502, 503, 504].includes(received.status)

const sayOf = (received: Received): string => (received.ok ? `status ${received.status}` : received.why)

/** A call that is tried again, with growing pauses or those that the server asks for. */
const persist = async (call: () => Promise<Received>, { wait, onWaiting }: ExportKit): Promise<Received> => {
  for (let tried = 1; ; tried += 1) {
    const received = await call()
    if (!isForNow(received) || tried === TRIES) return received
    const seconds = (received.ok ? retryAfterS(received.retryAfter, Date.now()) : null) ?? 2 ** tried
    onWaiting(seconds)
    await wait(seconds * 1000)
  }
}

const PATHS: Readonly<Record<ExportLevel['kind'], string>> = { system: '$export', patients: 'Patient/$export', group: 'Group/' }

const kickOffUrl = ({ base, level, types, since }: ExportAsked): URL => {
  const path = level.kind === 'group' ? `${PATHS.group}${encodeURIComponent(level.id)}/$export` : PATHS[level.kind]
  const url = new URL(`${base}/${path}`)
  url.searchParams.set('_outputFormat', 'application/fhir+ndjson')
  if (types.length > 0) url.searchParams.set('_type', types.join(','))
  if (since !== null) url.searchParams.set('_since', since)
  return url
}

/** Asks for the export. @returns address of its status. @throws AttuneError `fhir-failed` */
export const kickOff = async (asked: ExportAsked, kit: ExportKit): Promise<string> => {
  const url = kickOffUrl(asked)
  const received = await persist(async () => {
    const headers = { ...(await headersFor(kit.token, 'application/fhir+json')), prefer: 'respond-async' }
    return kit.outbound.get(url, { headers, signal: AbortSignal.timeout(CALL_MS), budget: { bytes: ANSWER_BYTES } })
  }, kit)
  if (!received.ok || received.status !== 202) return fail(`the export was not begun: ${sayOf(received)}`)
  const { contentLocation } = received
  if (!contentLocation) return fail('the server began an export and did not say where it will be')
  return allowedUrl(contentLocation, asked.base, kit.fileOrigins).href
}

const isObject = (value: unknown): value is { readonly [member: string]: unknown } => typeof value === 'object' && value !== null

const filesIn = (value: unknown): ExportFile[] =>
  (Array.isArray(value) ? value : []).map((one: unknown) =>
    isObject(one) && typeof one.type === 'string' && typeof one.url === 'string'
      ? { type: one.type, url: one.url, count: typeof one.count === 'number' ? one.count : null }
      : fail('the manifest of the export names a file without type or address'),
  )

const nextOf = (value: { readonly [member: string]: unknown }): string | null => {
  const next = (Array.isArray(value.link) ? value.link : []).find((one: unknown) => isObject(one) && one.relation === 'next')
  return isObject(next) && typeof next.url === 'string' ? next.url : null
}

const readManifestPage = (body: Buffer): { readonly manifest: ExportManifest; readonly next: string | null } => {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return fail('the manifest of the export is not JSON')
  }
  if (!isObject(value) || !Array.isArray(value.output)) return fail('the manifest of the export names no files')
  const manifest = {
    transactionTime: typeof value.transactionTime === 'string' ? value.transactionTime : null,
    request: typeof value.request === 'string' ? value.request : null,
    requiresAccessToken: value.requiresAccessToken !== false, // in doubt the token is needed; it goes to allowed hosts alone
    output: filesIn(value.output),
    error: filesIn(value.error),
    deleted: filesIn(value.deleted),
  }
  return { manifest, next: nextOf(value) }
}

/** Waits until one page of the manifest is there. */
const pollPage = async (url: URL, until: number, kit: ExportKit): Promise<Buffer> => {
  for (let seconds = FIRST_WAIT_S; ; seconds = Math.min(LONGEST_WAIT_S, seconds * 2)) {
    const received = await persist(
      async () =>
        kit.outbound.get(url, {
          headers: await headersFor(kit.token, 'application/json'),
          signal: AbortSignal.timeout(CALL_MS),
          budget: { bytes: ANSWER_BYTES },
        }),
      kit,
    )
    if (!received.ok) return fail(`the state of the export could not be read: ${received.why}`)
    if (received.status === 200) return received.body
    if (GONE.has(received.status)) return fail('the server has this export no longer: begin another in another folder')
    if (received.status !== 202) return fail(`the export ended with status ${received.status}`)
    const pause = retryAfterS(received.retryAfter, Date.now()) ?? seconds
    if (Date.now() + pause * 1000 > until) return fail('the export was not ready in time (--wait-minutes)')
    kit.onWaiting(pause)
    await kit.wait(pause * 1000)
  }
}

/** Waits for the export and reads its whole manifest. @param until instant, in milliseconds. @throws AttuneError `fhir-failed` */
export const awaitManifest = async (status: string, base: string, until: number, kit: ExportKit): Promise<ExportManifest> => {
  const pages: ExportManifest[] = []
  for (let next: string | null = status; next !== null; ) {
    if (pages.length === MOST_PAGES) return fail(`the manifest has more than ${MOST_PAGES} pages`)
    const read = readManifestPage(await pollPage(allowedUrl(next, base, kit.fileOrigins), until, kit))
    pages.push(read.manifest)
    next = read.next
  }
  const [first] = pages
  if (!first) return fail('the export has no manifest')
  const all = (list: 'output' | 'error' | 'deleted'): ExportFile[] => pages.flatMap((page) => page[list])
  return { ...first, output: all('output'), error: all('error'), deleted: all('deleted') }
}

export type Sink = { readonly begin: () => void; readonly bytes: (bytes: Buffer) => void }

/** Limits on one file. */
export type FileLimits = { readonly maxBytes: number; readonly deadlineMs: number }

/** Fetches one file; tried again from its beginning. @throws AttuneError `fhir-failed` */
export const fetchFile = async (
  file: ExportFile,
  { requiresAccessToken }: ExportManifest,
  base: string,
  { maxBytes, deadlineMs }: FileLimits,
  sink: Sink,
  kit: ExportKit,
): Promise<void> => {
  const url = allowedUrl(file.url, base, kit.fileOrigins)
  const received = await persist(async () => {
    sink.begin()
    const headers = await headersFor(requiresAccessToken ? kit.token : null, 'application/fhir+ndjson')
    return kit.outbound.stream(url, { headers, signal: AbortSignal.timeout(deadlineMs), budget: { bytes: maxBytes } }, sink.bytes)
  }, kit)
  if (!received.ok || received.status !== 200) fail(`a file of type ${file.type} could not be read: ${sayOf(received)}`)
}

/** Tells the server that its files may go. @returns whether it took note */
export const deleteExport = async (status: string, base: string, kit: ExportKit): Promise<boolean> => {
  const received = await kit.outbound.remove(allowedUrl(status, base, kit.fileOrigins), {
    headers: await headersFor(kit.token, 'application/json'),
    signal: AbortSignal.timeout(CALL_MS),
    budget: { bytes: ANSWER_BYTES },
  })
  return received.ok && (received.status === 202 || received.status === 204 || received.status === 200)
}
