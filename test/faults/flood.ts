import { Worker } from 'node:worker_threads'
import type { FakeEhr } from '../production/fake-ehr.ts'

/** One answer to a call of the flood: milliseconds since 1970 at which it came. */
export type FloodAnswer = { readonly status: number; readonly at: number }

/** Calls again as soon as it is answered, as so many callers; signs for itself. Plain JavaScript: Node 20 runs nothing else in a thread. */
const FLOOD = `
  const { parentPort, workerData: { url, body, callers, claims, key } } = require('node:worker_threads')
  const { randomUUID } = require('node:crypto')
  const http = require('node:http')
  const jwt = require('jsonwebtoken')
  const sign = () =>
    jwt.sign({ ...claims, exp: Math.floor(Date.now() / 1000) + 300, jti: randomUUID() }, key, { algorithm: 'RS384', keyid: 'RS384' })
  const agent = new http.Agent({ keepAlive: true, maxSockets: callers })
  const call = () => new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization: 'Bearer ' + sign() }
    const request = http.request(url, { agent, method: 'POST', headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
  let over = false
  parentPort.once('message', () => { over = true })
  const caller = async () => {
    while (!over) {
      const status = await call()
      parentPort.postMessage({ status, at: Date.now() })
    }
  }
  Promise.all(Array.from({ length: callers }, caller)).then(() => { agent.destroy(); parentPort.close() })`

/** A flood from a thread of its own, so that it is not the measuring thread that signs and reads for it. */
export const startFlood = (url: string, ehr: FakeEhr, audience: string, body: string, callers: number) => {
  const answers: FloodAnswer[] = []
  const claims = { iss: ehr.issuer, aud: audience }
  const worker = new Worker(FLOOD, { eval: true, workerData: { url, body, callers, claims, key: ehr.privateKeys.RS384 } })
  worker.on('message', (answer: FloodAnswer) => void answers.push(answer))
  const ended = new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject))
  return {
    answers,
    /** Ends once every call that was begun is answered. */
    stop: async (): Promise<readonly FloodAnswer[]> => {
      worker.postMessage('stop')
      await ended
      return answers
    },
  }
}
