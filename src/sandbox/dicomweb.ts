import { type Request, type Response, Router } from 'express'
import type { FhirResource } from '../contract/facts.ts'
import type { FhirStore } from './fhir-store.ts'
import { drawPhantom } from './pictures/phantoms.ts'
import { encodePng } from './pictures/png.ts'
import type { Access } from './scopes.ts'
import { reach } from './scopes.ts'
import { patientOf } from './search-parameters.ts'

type Kit = { readonly store: FhirStore; readonly accessOf: (token: string) => Promise<Access | null> }

type Series = { readonly uid?: unknown; readonly modality?: { readonly code?: unknown }; readonly bodySite?: { readonly code?: unknown } }
type Found = { readonly study: FhirResource; readonly modality: string; readonly site: string; readonly turn: number }

const UID_SYSTEM = 'urn:dicom:uid'

const hasUid = (study: FhirResource, uid: string): boolean =>
  Array.isArray(study.identifier) && study.identifier.some((one) => one?.system === UID_SYSTEM && one?.value === `urn:oid:${uid}`)

const seriesOf = (study: FhirResource): readonly Series[] => (Array.isArray(study.series) ? study.series : [])

const find = (store: FhirStore, studyUid: string, seriesUid: string | undefined): Found | null => {
  const study = store.list('ImagingStudy').find((one) => hasUid(one, studyUid))
  const turn = study ? Math.max(0, seriesUid === undefined ? 0 : seriesOf(study).findIndex(({ uid }) => uid === seriesUid)) : 0
  const series = study && seriesOf(study)[turn]
  if (!study || (seriesUid !== undefined && series?.uid !== seriesUid)) return null
  return { study, modality: String(series?.modality?.code ?? ''), site: String(series?.bodySite?.code ?? ''), turn }
}

/** Width that `viewport=width,height` asks for (PS3.18, section 8.3.5.1.3), within what a thumbnail may be. */
const sizeOf = (viewport: unknown): number => {
  const [, width] = /^(\d{1,4}),\d{1,4}$/.exec(String(viewport ?? '')) ?? []
  return Math.min(512, Math.max(32, Number(width ?? 256)))
}

const picture = (kit: Kit) => async (request: Request, response: Response) => {
  const { study, series } = request.params
  const [, token] = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(request.get('authorization') ?? '') ?? []
  const access = token ? await kit.accessOf(token) : null
  if (!access) return void response.status(401).end()
  const found = find(kit.store, String(study), series === undefined ? undefined : String(series))
  const far = reach(access, 'ImagingStudy', 'r')
  if (far === 'none' || (far === 'patient' && found && patientOf(found.study) !== access.patient)) return void response.status(403).end()
  if (!found) return void response.status(404).end()
  const size = sizeOf(request.query.viewport)
  response.type('png').send(encodePng(drawPhantom(found.modality, found.site, size, found.turn), size, size))
}

const VIEWER = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Viewer of the sandbox</title></head>
<body><main><h1>Here a site's image viewer opens</h1>
<p>The app links to the address that the configuration gives (<code>clients[].imaging.viewer</code>), with the UID of the study and nothing else.</p></main></body></html>
`

/**
 * A small DICOMweb over drawn pictures, to be mounted at `/dicomweb`: thumbnails and rendered pictures of studies and series
 * (PS3.18, sections 10.4.1.1.3 and 10.4.1.1.5). Every picture is made by formula and says that it is synthetic.
 */
export const dicomwebRoutes = (kit: Kit): Router => {
  const router = Router()
  router.use((_request, response, next) => {
    response
      .set('Access-Control-Allow-Origin', '*')
      .set('Access-Control-Allow-Headers', 'Authorization, Accept')
      .set('Cache-Control', 'no-store')
    next()
  })
  router.options('/{*any}', (_request, response) => void response.status(204).end())
  for (const level of ['/studies/:study', '/studies/:study/series/:series'])
    for (const kind of ['thumbnail', 'rendered']) router.get(`${level}/${kind}`, picture(kit))
  router.get('/viewer', (_request, response) => void response.type('html').send(VIEWER))
  return router
}
