import type { ClientConfig, Config } from '../config.ts'
import { type Step, textOf } from './call.ts'
import { baseOf } from './rate-limit.ts'

/** Where the app may ask for pictures and which viewer it may link to, by FHIR base. */
const imagingOf = ({ imaging }: ClientConfig, fhirServer: string) =>
  imaging === undefined ? [] : [{ fhirServer, dicomweb: imaging.dicomweb, sendToken: imaging.sendToken, viewer: imaging.viewer ?? null }]

/** FHIR bases that are offered to whoever opens the app without a launch: those of `app.standalone`, else the only one there is. */
export const standaloneOf = ({ app, clients }: Pick<Config, 'app' | 'clients'>): readonly string[] => {
  const all = [...new Set(clients.flatMap(({ fhirServers }) => fhirServers))]
  return app.standalone ?? (all.length === 1 ? all : [])
}

/**
 * What the app must know before any login. Anybody may ask, so it tells of the one record system that the launch names, and of those that
 * the site offers without a launch: which other hospitals are served here is nobody's business.
 */
export const answerAppConfig = (config: Pick<Config, 'app' | 'clients' | 'mode'>): Step => {
  const { clients, app } = config
  const standalone = new Set(standaloneOf(config).map(baseOf))
  return (req, res) => {
    const { iss } = req.query
    const named = iss === undefined ? standalone : new Set([baseOf(textOf(iss))])
    const told = clients.flatMap((client) =>
      client.fhirServers
        .filter((base) => named.has(baseOf(base)))
        .map((base) => ({ base, clientId: client.appClientId, imaging: imagingOf(client, base) })),
    )
    const issuers = [...new Set(told.map(({ base }) => base))]
    const clientIds = Object.fromEntries(told.toReversed().map(({ base, clientId }) => [base, clientId])) // of two clients, the first
    const imaging = told.flatMap((one) => one.imaging)
    res.json({ issuers, clientIds, sandbox: config.mode === 'sandbox', optionalScopes: app.optionalScopes, imaging })
  }
}
