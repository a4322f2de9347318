import http from 'node:http'

/** Well below the time after which the server lets go of a quiet connection. */
const IDLE_MS = 15_000

/**
 * Keeps connections as an EHR does, and lets go of a quiet one before the server would: who lets it go last may send a call in the moment in
 * which the other side closes, and that call breaks off. Node's agent without a time of its own heeds no `Keep-Alive: timeout`.
 */
export const keepingAgent = (idleMs: number = IDLE_MS): http.Agent => new http.Agent({ keepAlive: true, maxSockets: 256, timeout: idleMs })
