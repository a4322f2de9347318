/** What the EHR put into the launch address, and nothing else of it. */
export type LaunchRequest = { readonly issuer: string | null; readonly launch: string | null }

export const readLaunchRequest = (address: string): LaunchRequest => {
  const parameters = new URL(address).searchParams
  return { issuer: parameters.get('iss'), launch: parameters.get('launch') }
}

/**
 * The address with the registered issuer and the launch code only. `fhirServiceUrl`, `patientId` and `clientId` would
 * override what the app sets (fhirclient 2.6.3, `authorize`), so they must be gone before it is loaded.
 */
export const cleanAddress = (address: string, issuer: string, launch: string | null): string => {
  const url = new URL(address)
  url.search = new URLSearchParams({ iss: issuer, ...(launch === null ? {} : { launch }) }).toString()
  url.hash = ''
  return url.href
}
