import { Worker } from 'node:worker_threads'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'

/** The one file that knows the library for ML-DSA-65 (FIPS 204): Node 20 has none of its own. */
export type MlDsa = { readonly publicKey: string; readonly signature: string }

/** A signature takes some ten milliseconds of computing, which no call should wait behind: it is made in a thread of its own. */
const CODE = `
  const { parentPort, workerData } = require('node:worker_threads')
  const library = import(workerData)
  parentPort.on('message', async ({ seed, message }) => {
    const { ml_dsa65 } = await library
    const { publicKey, secretKey } = ml_dsa65.keygen(seed)
    parentPort.postMessage({ publicKey, signature: ml_dsa65.sign(message, secretKey) })
  })
`

/** How long the thread waits for the next text to sign: its start costs ten times as much as a signature, and under load they come often. */
const KEPT_MS = 60_000

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

type Waiting = { readonly done: (signed: MlDsa) => void; readonly fail: (error: Error) => void }
type Signed = Readonly<Record<'publicKey' | 'signature', Uint8Array>>
type Thread = { sign(seed: Uint8Array, message: Uint8Array): Promise<MlDsa> }

/** Signs what it is given in order, and ends by itself; an idle one keeps no process alive. */
const openThread = (onEnd: (ended: Thread) => void): Thread => {
  const worker = new Worker(CODE, { eval: true, workerData: import.meta.resolve('@noble/post-quantum/ml-dsa.js') })
  const waiting: Waiting[] = []
  let idle: NodeJS.Timeout | undefined

  const end = (error: Error): void => {
    clearTimeout(idle)
    onEnd(own)
    for (const { fail } of waiting.splice(0)) fail(error)
  }
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the thread that signs has ended')))
  worker.on('message', ({ publicKey, signature }: Signed) => {
    waiting.shift()?.done({ publicKey: base64(publicKey), signature: base64(signature) })
    if (waiting.length > 0) return
    worker.unref()
    idle = setTimeout(() => {
      onEnd(own)
      void worker.terminate()
    }, KEPT_MS).unref()
  })
  const own: Thread = {
    sign: (seed, message) =>
      new Promise((done, fail) => {
        clearTimeout(idle)
        worker.ref()
        waiting.push({ done, fail })
        worker.postMessage({ seed, message })
      }),
  }
  return own
}

let thread: Thread | null = null

/** @param seed 32 bytes from which the key pair follows */
export const signMlDsa = (seed: Uint8Array, message: Uint8Array): Promise<MlDsa> => {
  thread ??= openThread((ended) => {
    if (thread === ended) thread = null
  })
  return thread.sign(seed, message)
}

/** @returns the public key that follows from a seed, base64 */
export const mlDsaPublicKey = (seed: Uint8Array): string => base64(ml_dsa65.keygen(seed).publicKey)

/** Never throws: what is no signature at all is a wrong one. */
export const isMlDsaSignature = (signature: string, message: Uint8Array, publicKey: string): boolean => {
  try {
    return ml_dsa65.verify(Buffer.from(signature, 'base64'), message, Buffer.from(publicKey, 'base64'))
  } catch {
    return false
  }
}
