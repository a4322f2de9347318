import { z } from 'zod'
import type { Config } from '../../config.ts'
import { AttuneError } from '../../errors.ts'
import { type Columns, outputsOf, portProblems, type Rows, type SessionSpec, widthOf } from '../onnx.ts'
import { makeBreaker } from './breaker.ts'
import { JSON_LENGTH, readInferAnswer, writeInferRequest } from './tensor-body.ts'
import { type Answer, type Ask, makeTransport } from './transport.ts'

export type InferenceSettings = Config['inference'] & { readonly url: string }

/** Where a graph is on the server. */
export type Address = { readonly name: string; readonly version?: string | undefined }

/** A server that speaks the Open Inference Protocol v2: Triton, KServe and others. One per process. */
export type InferenceServer = {
  readonly settings: InferenceSettings
  /** Milliseconds, for pauses. */
  readonly now: () => number
  /** What the server's own description of a graph has against the manifest. @throws AttuneError `inference-failed` */
  problems(address: Address, spec: SessionSpec, signal: AbortSignal): Promise<readonly string[]>
  /** @throws AttuneError `inference-failed` */
  infer(address: Address, spec: SessionSpec, rows: Rows, outputs: readonly string[], signal: AbortSignal): Promise<Columns>
  /** Left alone at present, because it does not answer. */
  resting(): boolean
  close(): void
}

const portSchema = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.coerce.number()) })
const metadataSchema = z.object({ inputs: z.array(portSchema), outputs: z.array(portSchema) })

/** JSON of an answer beside its numbers, and of a description of a graph with many outputs. */
const JSON_BYTES = 256 * 1024
const RESTING = 'it is left alone and tried again in a few seconds'

const pathOf = ({ name, version }: Address): string =>
  `v2/models/${encodeURIComponent(name)}${version === undefined ? '' : `/versions/${encodeURIComponent(version)}`}`

const failed = (because: string): AttuneError => new AttuneError('inference-failed', because)

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

const portsOf = (ports: z.output<typeof metadataSchema>['inputs']) =>
  ports.map(({ name, datatype, shape }) => ({ name, type: datatype, shape }))

const needs200 = ({ status }: Answer, what: string): void => {
  if (status !== 200) throw failed(`the inference server answered ${status} for ${what}`)
}

/** An answer above 499 is a server in trouble; 4xx is a server that is well and will not do this. */
const isWell = ({ status }: Answer): boolean => status < 500

/** @throws AttuneError `config-invalid` when a file of the settings cannot be read */
export const makeInferenceServer = (settings: InferenceSettings, now: () => number = () => performance.now()): InferenceServer => {
  const breaker = makeBreaker(now)
  const transport = makeTransport(settings)
  /** What its last failure was; the operator wants to know more than that there were several. */
  let last = ''
  const send = async (ask: Ask): Promise<Answer> => {
    if (!breaker.mayTry()) throw failed(`${last}; ${RESTING}`)
    try {
      const answer = await transport.send(ask)
      if (!isWell(answer)) last = `the inference server answered ${answer.status}`
      breaker.report(isWell(answer))
      return answer
    } catch (error) {
      if (error instanceof AttuneError) last = error.detail
      breaker.report(false)
      throw error
    }
  }
  return {
    settings,
    now,
    async problems(address, spec, signal) {
      const answer = await send({ method: 'GET', path: pathOf(address), maxBytes: JSON_BYTES, signal })
      if (answer.status === 404 || answer.status === 400) return [`it does not have ${address.name}`]
      needs200(answer, address.name)
      const read = metadataSchema.safeParse(parseJson(answer.body))
      if (!read.success) return [`its description of ${address.name} cannot be read`]
      return portProblems(portsOf(read.data.inputs), portsOf(read.data.outputs), spec, 'FP64')
    },
    async infer(address, spec, rows, outputs, signal) {
      const { body, jsonLength } = writeInferRequest(spec, rows, outputs)
      const numbers = outputsOf(spec).reduce((sum, name) => sum + widthOf(spec, name), 0) * rows.count
      const answer = await send({
        method: 'POST',
        path: `${pathOf(address)}/infer`,
        headers: { 'content-type': 'application/octet-stream', [JSON_LENGTH]: String(jsonLength) },
        body,
        maxBytes: JSON_BYTES + numbers * 32, // 32: a double as JSON
        signal,
      })
      needs200(answer, address.name)
      const header = answer.headers[JSON_LENGTH]
      return readInferAnswer(answer.body, typeof header === 'string' ? header : undefined, { spec, count: rows.count, outputs })
    },
    resting: () => breaker.resting(),
    close: () => transport.close(),
  }
}
