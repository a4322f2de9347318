import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { AttuneError } from '../errors.ts'

const KEY = /^[0-9a-f]{64}$/

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason')

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

const makeKey = (path: string): string => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'wx', 0o600) // x: two starts at once never overwrite each other's key
  try {
    const key = randomBytes(32).toString('hex')
    writeSync(file, key)
    fsyncSync(file)
    return key
  } finally {
    closeSync(file)
  }
}

const read = (path: string, name: string, make: boolean): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if (!make || !isCode(cause, 'ENOENT'))
      throw new AttuneError('config-invalid', `the ${name} ${path} cannot be read (${codeOf(cause)})`, { cause })
  }
  try {
    return makeKey(path)
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return readFileSync(path, 'utf8').trim()
    throw new AttuneError('config-invalid', `the ${name} ${path} cannot be written (${codeOf(cause)})`, { cause })
  }
}

/**
 * One key of 32 bytes. A configured file must exist; the default one is made (mode 0600).
 * @throws AttuneError `config-invalid`
 */
export const readKey = (path: string, name: string, make: boolean): Buffer => {
  const key = read(path, name, make)
  if (!KEY.test(key)) throw new AttuneError('config-invalid', `the ${name} is not 64 hexadecimal digits`)
  return Buffer.from(key, 'hex')
}

/**
 * Keys of 32 bytes, one to a line, the newest last. A key is changed by adding a line.
 * @throws AttuneError `config-invalid`
 */
export const readKeys = (path: string | undefined, name: string): Buffer[] => {
  if (path === undefined) return []
  const lines = read(path, name, false)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const bad = lines.findIndex((line) => !KEY.test(line))
  if (bad >= 0) throw new AttuneError('config-invalid', `line ${bad + 1} of the ${name} is not 64 hexadecimal digits`)
  if (lines.length === 0) throw new AttuneError('config-invalid', `the ${name} holds no key`)
  return lines.map((line) => Buffer.from(line, 'hex'))
}
