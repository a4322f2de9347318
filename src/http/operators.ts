import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { type Config, isLoopback } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { callOf, type Step } from './call.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

const SHORTEST_TOKEN = 32

/** @throws AttuneError `config-invalid` for a token that could be guessed */
const readToken = (path: string): Buffer => {
  const token = readFileSync(path, 'utf8').trim()
  if (token.length < SHORTEST_TOKEN)
    throw new AttuneError('config-invalid', `operatorTokenFile: the token has fewer than ${SHORTEST_TOKEN} characters`)
  return digest(token)
}

/** Headers that a proxy adds: a call that carries one comes from elsewhere than its connection. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6')

const makeIsNear = (ranges: readonly string[]): ((request: IncomingMessage) => boolean) => {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    lists[familyOf(address)].addSubnet(address, Number(prefix), familyOf(address))
  }
  return ({ headers, socket }) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
    if (isIP(address) === 0 || FORWARDED.some((name) => headers[name] !== undefined)) return false
    return lists[familyOf(address)].check(address, familyOf(address))
  }
}

const THIS_MACHINE = ['127.0.0.0/8', '::1/128'] as const

/** Where EHRs call another address than this machine's own, a proxy stands in front, and on this machine it looks like one who watches. */
const defaultWatch = (publicUrl: string): readonly string[] =>
  isLoopback(new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')) ? THIS_MACHINE : []

/** Who may see what concerns more than one tenant. */
export type Operators = {
  /** Came with the operator's token. */
  isOperator(request: IncomingMessage): boolean
  /** The operator, or an address that the site lets see figures and states of this server. */
  mayWatch(request: IncomingMessage): boolean
}

/** @throws AttuneError `config-invalid` for a token that could be guessed */
export const makeOperators = ({
  operatorTokenFile,
  watchFrom,
  mode,
  publicUrl,
}: Pick<Config, 'operatorTokenFile' | 'watchFrom' | 'mode' | 'publicUrl'>): Operators => {
  const expected = operatorTokenFile === undefined ? null : readToken(operatorTokenFile)
  const isNear = makeIsNear(watchFrom ?? defaultWatch(publicUrl))
  const isOperator = ({ headers }: IncomingMessage): boolean => {
    const given = headers.authorization?.match(/^Bearer +([\x21-\x7e]{1,500})$/i)?.[1]
    return expected !== null && given !== undefined && timingSafeEqual(expected, digest(given))
  }
  return { isOperator, mayWatch: (request) => mode === 'sandbox' || isNear(request) || isOperator(request) }
}

/** The operator, by token, sees every tenant; who has another token, or none, is identified as any client. */
export const makeIdentifyOperator =
  ({ isOperator }: Operators, identify: Step): Step =>
  async (req, res, next) => {
    if (!isOperator(req)) return void (await identify(req, res, next))
    callOf(res).operator = true
    next()
  }

/** For figures of the whole server: 401 for everybody else, without a reason. */
export const requireWatcher =
  ({ mayWatch, isOperator }: Operators): Step =>
  (req, res, next) => {
    if (!mayWatch(req))
      return next(new AttuneError('client-unknown', 'figures of the server are not for this address, and no operator token came'))
    callOf(res).operator = isOperator(req)
    next()
  }
