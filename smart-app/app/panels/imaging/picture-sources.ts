import type { ImagingEndpoint, ImagingStudy } from '../../../../src/contract/imaging.ts'
import type { WhyNot } from './texts.ts'

/** What the configuration allows for pictures of this FHIR server. */
export type PictureConfig = { readonly dicomweb: readonly string[]; readonly sendToken: boolean; readonly viewer: string | null }

export const NO_PICTURES: PictureConfig = { dicomweb: [], sendToken: false, viewer: null }

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((one) => typeof one === 'string')

/** The row of one FHIR base in `/app/config.json`; nothing is allowed where there is none. */
export const pictureConfigOf = (config: unknown, fhirServer: string): PictureConfig => {
  const rows: readonly unknown[] =
    typeof config === 'object' && config !== null && 'imaging' in config && Array.isArray(config.imaging) ? config.imaging : []
  for (const row of rows) {
    if (typeof row !== 'object' || row === null) continue
    const { fhirServer: base, dicomweb, sendToken, viewer } = row as { readonly [name: string]: unknown }
    if (base !== fhirServer || !isTexts(dicomweb)) continue
    return { dicomweb, sendToken: sendToken === true, viewer: typeof viewer === 'string' ? viewer : null }
  }
  return NO_PICTURES
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '')

/** Whether an address lies on the FHIR server's own origin or under a base that the configuration lists. */
export const isAllowed = (address: string, fhirServer: string, { dicomweb }: PictureConfig): boolean => {
  if (!URL.canParse(address)) return false
  const asked = new URL(address)
  if (!/^https?:$/.test(asked.protocol) || asked.username !== '' || asked.search !== '' || asked.hash !== '') return false
  if (URL.canParse(fhirServer) && asked.origin === new URL(fhirServer).origin) return true
  return dicomweb.some((base) => {
    if (!URL.canParse(base)) return false
    const listed = new URL(base)
    const [path, root] = [withoutSlash(asked.pathname), withoutSlash(listed.pathname)]
    return asked.origin === listed.origin && (path === root || path.startsWith(`${root}/`))
  })
}

const VIEWPORT = 'viewport=256,256'

/** Where a small picture may be had, in the order in which it is asked for; or why there is none. */
export type PictureSource =
  | { readonly kind: 'ask'; readonly addresses: readonly string[] }
  | { readonly kind: 'none'; readonly why: WhyNot }

const none = (why: WhyNot): PictureSource => ({ kind: 'none', why })

/**
 * Thumbnails first, which stand for a whole study (DICOM PS3.18, section 10.4.1.1.5), then rendered pictures for servers older than 2019:
 * of the first series, and of the first picture that the record lists. UIDs hold digits and dots alone: the server lets nothing else through.
 */
export const pictureSource = (
  study: ImagingStudy,
  endpoints: readonly ImagingEndpoint[],
  fhirServer: string,
  config: PictureConfig,
): PictureSource => {
  if (study.uid === undefined) return none('no-uid')
  const named = new Set([...(study.endpoints ?? []), ...(study.parts ?? []).flatMap((part) => part.endpoints)])
  const known = endpoints.filter(({ ref, address }) => named.has(ref) && address !== null)
  if (known.length === 0) return none('no-endpoint')
  const web = known.filter(({ kind }) => kind === 'dicom-wado-rs')
  if (web.length === 0) return none('not-offered')
  const running = web.filter(({ status }) => status === 'active' || status === 'test' || status === null)
  if (running.length === 0) return none('inactive')
  const endpoint = running.find(({ address }) => address !== null && isAllowed(address, fhirServer, config))
  if (!endpoint?.address) return none('not-allowed')
  const base = `${withoutSlash(endpoint.address)}/studies/${study.uid}`
  const first = (study.parts ?? []).find(({ uid }) => uid !== null)
  const series = first ? [`${base}/series/${first.uid}/rendered?${VIEWPORT}`] : []
  const instance = first?.instance ? [`${base}/series/${first.uid}/instances/${first.instance}/rendered?${VIEWPORT}`] : []
  return { kind: 'ask', addresses: [`${base}/thumbnail?${VIEWPORT}`, ...instance, ...series] }
}

/** The viewer's address for one study; null without a viewer, without a UID, or where the template is none. */
export const viewerAddress = (study: ImagingStudy, { viewer }: PictureConfig): string | null => {
  if (viewer === null || study.uid === undefined) return null
  const address = viewer.replaceAll('{studyUid}', encodeURIComponent(study.uid))
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) ? address : null
}
