/** Stands in for the WebCrypto polyfill that fhirclient names for old browsers; a browser without WebCrypto cannot run the app. */
export const standIn: Crypto = globalThis.crypto
export { standIn as default }
