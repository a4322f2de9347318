import { createRequire } from 'node:module'
import type { Redis } from 'ioredis'

/** Loaded only where Redis is configured: it costs every other start time and memory. */
const loadRedis = (): typeof import('ioredis') => createRequire(import.meta.url)('ioredis')

/** No call waits longer for a command: it has 500 ms in all. */
const DEADLINE_MS = 250

/**
 * Rejects at the deadline, once what lies in the socket has been read: in a process that was busy for so long the timer comes before an
 * answer that has long arrived, and Redis would be taken for dead just when many calls come.
 */
const withinDeadline = async <T>(command: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => setImmediate(() => reject(new Error('no answer in time'))), DEADLINE_MS)
  })
  return Promise.race([command, late]).finally(() => clearTimeout(timer))
}

/** A way to Redis that never keeps a call waiting, and knows whether it leads there. */
export type SharedStore = {
  /** @throws when there is no answer in time */
  ask<T>(command: (redis: Redis) => Promise<T>): Promise<T>
  isShared(): boolean
  /** Says how the last command ended; the first failure after a success is told to the operator. */
  turn(to: boolean, detail: string): void
  close(): void
}

/** @param part what uses it, for the operator: "replay store" */
export const openRedis = (url: string, part: string, onTrouble: (detail: string) => void): SharedStore => {
  const { Redis } = loadRedis()
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    socketTimeout: 5000, // a connection on which nothing comes is made anew, and what waits on it is given up
    retryStrategy: (times) => Math.min(times * 200, 5000),
  })
  let shared = false
  let closing = false
  const turn = (to: boolean, detail: string) => {
    if (shared && !to && !closing) onTrouble(`${part}: ${detail}`)
    shared = to
  }
  redis.on('ready', () => turn(true, 'ready'))
  redis.on('error', (error: NodeJS.ErrnoException) => turn(false, error.code ?? error.name))
  redis.on('close', () => turn(false, 'connection closed'))
  const close = (): void => {
    closing = true
    redis.disconnect()
  }
  return { ask: (command) => withinDeadline(command(redis)), isShared: () => shared, turn, close }
}
