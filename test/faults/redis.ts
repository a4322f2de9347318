import { Redis } from 'ioredis'

export const REDIS = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'

/** Null when Redis answers, else why it does not: the tests on it then say that they did not run. */
export const redisMissing: string | null = await (async () => {
  const redis = new Redis(REDIS, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1500 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    await redis.ping()
    return null
  } catch {
    return 'no Redis for tests (TEST_REDIS_URL)'
  } finally {
    redis.disconnect()
  }
})()
