import type { ErrorRequestHandler } from 'express'
import type { Logger } from 'pino'
import { AttuneError, type ErrorCode } from '../errors.ts'
import { operationOutcome } from '../hooks/outcome.ts'
import { callOf } from './call.ts'
import { describeError } from './log.ts'

/** What the body parser calls its errors, and what we call them. */
const BODY_ERRORS: ReadonlyMap<unknown, ErrorCode> = new Map<unknown, ErrorCode>([
  ['entity.too.large', 'body-too-large'],
  ['entity.parse.failed', 'body-not-json'],
  ['encoding.unsupported', 'content-type'],
  ['charset.unsupported', 'content-type'],
  ['request.aborted', 'body-not-json'],
  ['request.size.invalid', 'body-not-json'],
])

type Thrown = { readonly type?: unknown; readonly status?: unknown; readonly code?: unknown; readonly cause?: unknown }

/** Any thrown thing as one of our errors. Its own message is never used: a JSON parser quotes the body in it. */
export const toAttuneError = (thrown: unknown): AttuneError => {
  if (thrown instanceof AttuneError) return thrown
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Thrown
  const code = BODY_ERRORS.get(error.type)
  if (code) return new AttuneError(code, String(error.type))
  // Broken compression, and bytes after the end of a compressed body.
  if (error.status === 400 && typeof error.code === 'string' && error.code.startsWith('Z_'))
    return new AttuneError('body-not-json', error.code)
  if (thrown instanceof URIError || error.status === 400) return new AttuneError('not-found', 'path or request could not be decoded')
  return new AttuneError('unexpected', 'unforeseen error', { cause: thrown })
}

/** The one place where errors become answers: public text only, 401 without any, everything in the log. */
export const makeAnswerError =
  (log: Logger): ErrorRequestHandler =>
  (thrown, _req, res, _next) => {
    const error = toAttuneError(thrown)
    const { id, route } = callOf(res)
    const level = error.status >= 500 && error.status !== 503 ? 'error' : 'info'
    log[level]({ id, route, ...describeError(error) }, 'refused')
    if (res.headersSent) return void res.destroy()
    if (error.status === 401) res.setHeader('WWW-Authenticate', 'Bearer')
    if (error.status === 503 && !res.hasHeader('Retry-After')) res.setHeader('Retry-After', '1')
    if (error.status === 413) res.setHeader('Connection', 'close')
    if (error.code === 'client-unknown') return void res.status(401).end()
    res.status(error.status).json(operationOutcome(error, id))
  }
