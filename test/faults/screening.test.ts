import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesIn, manifestOf, NOW, newFolder, peopleLines, removeFolders, writeExport } from '../screening/export-folder.ts'
import { REDIS, redisMissing } from './redis.ts'

/** Real processes of the built program: what is killed here is killed by the kernel. */
const START = `import('${process.cwd()}/dist/src/cli/main.js').then(({ main }) => main(process.argv.slice(1))).then((status) => { process.exitCode = status })`

const PEOPLE = 24
const WHOLE = process.env.ATTUNE_TEST_WHOLE !== undefined

type Ended = { readonly status: number | null; readonly out: string; readonly err: string }
type Started = { readonly child: ChildProcess; readonly ended: Promise<Ended>; readonly said: () => string }

const running = new Set<ChildProcess>()

const start = (...words: readonly string[]): Started => {
  const child = spawn(process.execPath, ['-e', START, '--', ...words], { env: { ...process.env, ATTUNE_CONFIG: '' } })
  running.add(child)
  let [out, err] = ['', '']
  child.stdout?.on('data', (text) => {
    out += text
  })
  child.stderr?.on('data', (text) => {
    err += text
  })
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (status) => {
      running.delete(child)
      resolve({ status, out, err })
    }),
  )
  return { child, ended, said: () => err }
}

const until = async (holds: () => boolean, what: string): Promise<void> => {
  for (let waited = 0; !holds(); waited += 20) {
    if (waited > 280_000) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Direct children of a process, by /proc. */
const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
        return parent === pid ? [Number(name)] : []
      } catch {
        return [] // it ended meanwhile
      }
    })

/** With -9; what has ended by itself in the meantime needs no more. */
const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const partsDone = (out: string): number => {
  const folder = join(out, '.work/parts')
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.tmp')).length : 0
}

/** The kill came after the end of all work. */
const isFinished = (out: string): boolean => existsSync(join(out, 'summary.json')) && !existsSync(join(out, '.work/plan.json'))

/** The run's own digest names no folder; the rest is the same for the same export. */
const results = (out: string): Record<string, string> => filesIn(out)

let input: string
let expected: Record<string, string>
const options = (out: string, workers: number): string[] => [
  'screen',
  input,
  '--out',
  out,
  '--now',
  NOW,
  '--part-kb',
  '40',
  '--workers',
  String(workers),
]

beforeAll(async () => {
  const lines = peopleLines('processes', 1, PEOPLE)
  input = writeExport(lines, manifestOf(lines))
  const out = newFolder()
  const { status, err } = await start(...options(out, 1)).ended
  if (status !== 0) throw new Error(err)
  expected = results(out)
}, 600_000)

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  removeFolders()
})

describe('Worker processes', () => {
  // With two, one of them killed, below; the whole takes these beside.
  it.runIf(WHOLE).each([2, 4])(
    '%i of them write the same bytes as one',
    async (workers) => {
      const out = newFolder()
      const { status } = await start(...options(out, workers)).ended
      expect(status).toBe(0)
      expect(results(out)).toEqual(expected)
      expect(existsSync(join(out, '.work'))).toBe(false)
    },
    200_000,
  )

  it('that are killed with -9 cost nothing: their part is done by another', async () => {
    const out = newFolder()
    const run = start(...options(out, 2))
    await until(() => partsDone(out) >= 1, 'a part')
    const [worker] = childrenOf(run.child.pid ?? 0)
    expect(worker).toBeDefined()
    kill(worker ?? 0)
    const { status, err } = await run.ended
    expect(status, err).toBe(0)
    expect(results(out)).toEqual(expected)
  }, 600_000)

  it('and all the run may be killed with -9, again and again: it is taken up where it was', async () => {
    const kills = WHOLE ? 30 : 2
    let out = newFolder()
    let [killed, finished] = [0, 0]
    let begun = false
    while (killed < kills || finished === 0) {
      const before = partsDone(out)
      const run = start(...options(out, 1))
      let over = false
      void run.ended.then(() => {
        over = true
      })
      // Once before anything is spread, then after a further part and a moment more, in which the next is written.
      const isTime = (): boolean => (killed === 0 ? existsSync(join(out, '.work/plan.json')) : partsDone(out) > before)
      await until(() => over || (killed < kills && isTime()), 'progress')
      if (over) {
        const { status, err } = await run.ended
        expect(status, err).toBe(0)
        expect(err.includes('Taken up again'), err).toBe(begun) // a run may be over before it could be killed
        expect(results(out)).toEqual(expected)
        finished += 1
        begun = false
        out = newFolder()
        continue
      }
      await new Promise((resolve) => setTimeout(resolve, (killed * 67) % 200))
      // Every other time the worker outlives its parent, and has to end by itself.
      const family = [run.child.pid ?? 0, ...(killed % 2 === 0 ? childrenOf(run.child.pid ?? 0) : [])]
      for (const pid of family) kill(pid)
      killed += 1
      await run.ended
      begun = !isFinished(out)
      if (begun) continue
      expect((await start(...options(out, 1)).ended).err).toContain('holds a finished screening')
      expect(results(out)).toEqual(expected)
      out = newFolder()
    }
    expect(killed).toBe(kills)
  }, 3_000_000)

  it('never write over a finished screening, and say what else would be read', async () => {
    const out = newFolder()
    const dry = await start(...options(out, 1), '--dry-run').ended
    expect({ status: dry.status, left: readdirSync(out) }).toEqual({ status: 0, left: [] })
    expect(dry.out).toContain('Nothing was written.')
    const none = await start('screen', newFolder(), '--out', out).ended
    expect({ status: none.status, err: none.err }).toMatchObject({ status: 2, err: expect.stringContaining('no .ndjson') })
  }, 600_000)
})

if (redisMissing !== null) console.warn(`NOT RUN: screening over a queue: ${redisMissing}`)

describe.skipIf(redisMissing !== null)('Workers on a queue', () => {
  const prefix = `attune-test-${randomUUID()}`

  afterAll(async () => {
    const { Redis } = await import('ioredis')
    const redis = new Redis(REDIS)
    const keys = await redis.keys(`${prefix}:*`)
    if (keys.length > 0) await redis.del(...keys)
    redis.disconnect()
  })

  it('do the same; one that is killed with -9 under work is replaced by the other, and Redis never sees a patient', async () => {
    const worker = () => start('screen', 'worker', '--redis', REDIS, '--redis-prefix', prefix)
    const workers = [worker(), worker()]
    await until(() => workers.every(({ said }) => said().includes('Waiting')), 'workers')
    const out = newFolder()
    const run = start(...options(out, 1), '--redis', REDIS, '--redis-prefix', prefix)
    const isAtIt = ({ said }: Started): boolean => {
      const last = said().trimEnd().split('\n').at(-1) ?? ''
      return /^part \d+ begun/.test(last)
    }
    let victim: Started | undefined
    await until(() => {
      victim = partsDone(out) >= 1 ? workers.find(isAtIt) : undefined
      return victim !== undefined
    }, 'a worker at work')
    victim?.child.kill('SIGKILL')
    const { Redis } = await import('ioredis')
    const redis = new Redis(REDIS)
    const values: string[] = []
    for (const key of await redis.keys(`${prefix}:*`)) {
      if ((await redis.type(key)) === 'hash') values.push(key, JSON.stringify(await redis.hgetall(key)))
    }
    redis.disconnect()
    const { status, err } = await run.ended
    expect(status, err).toBe(0)
    expect(results(out)).toEqual(expected)
    expect(values.length).toBeGreaterThan(0)
    expect(values.join(' ')).not.toMatch(/p00000\d\d|clopidogrel|Patient/)
    const [other] = workers.filter((one) => one !== victim)
    other?.child.kill('SIGTERM')
    expect((await other?.ended)?.status).toBe(0)
  }, 600_000)
})
