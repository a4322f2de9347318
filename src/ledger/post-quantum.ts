import { Worker } from 'node:worker_threads'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'

/** The one file that knows the library for ML-DSA-65 (FIPS 204): Node 20 has none of its own. */
export type MlDsa = { readonly publicKey: string; readonly signature: string }

/** A signature takes some tens of milliseconds of computing, which no call should wait behind: it is made in a thread of its own. */
const CODE = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { module, seed, message } = workerData
  import(module).then(({ ml_dsa65 }) => {
    const { publicKey, secretKey } = ml_dsa65.keygen(seed)
    parentPort.postMessage({ publicKey, signature: ml_dsa65.sign(message, secretKey) })
  })
`

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** @param seed 32 bytes from which the key pair follows */
export const signMlDsa = (seed: Uint8Array, message: Uint8Array): Promise<MlDsa> =>
  new Promise((resolve, reject) => {
    const module = import.meta.resolve('@noble/post-quantum/ml-dsa.js')
    const worker = new Worker(CODE, { eval: true, workerData: { module, seed, message } })
    worker.once('message', ({ publicKey, signature }: Readonly<Record<'publicKey' | 'signature', Uint8Array>>) => {
      resolve({ publicKey: base64(publicKey), signature: base64(signature) })
      void worker.terminate()
    })
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread that signs has ended')))
  })

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
