/**
 * Loaded into a server before anything else (`node --import`): measures every turn of its event loop between `begin` and `end`, which come
 * over the channel of the parent process, by the CPU time of the answering thread (Linux), so that other work on the machine counts for
 * nothing. The server itself knows nothing of it.
 */
import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector'

/** Of one call. */
export type Turns = {
  readonly longestMs: number
  readonly over50: number
  readonly over200: number
  readonly totalMs: number
  /** Where the longest turn was, by function and the time in it, its callers not counted; only where a profile was asked for. */
  readonly where: readonly string[]
}

type Profile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] }[]
  readonly startTime: number
  readonly samples?: readonly number[]
  readonly timeDeltas?: readonly number[]
}
type Frame = { readonly functionName: string; readonly url: string; readonly lineNumber: number }
/** On the clock of `process.hrtime`, which is the profiler's, in microseconds. */
type Turn = { readonly ms: number; readonly from: number; readonly to: number }

/** CPU time of the main thread so far, in ms. */
const computed = (): number => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
const clock = (): number => Number(process.hrtime.bigint() / 1000n)

const session = new Session()
session.connect()
const order = (method: string, settings: object = {}): Promise<{ profile?: Profile }> =>
  new Promise((resolve, reject) =>
    session.post(method, settings, (fault, answer) => (fault ? reject(fault) : resolve(answer as { profile?: Profile }))),
  )

const nameOf = ({ functionName, url, lineNumber }: Frame): string =>
  `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`

/** Functions on the stack while a turn was going on, with the time of each and of all that they called. */
const whereWas = ({ nodes, startTime, samples = [], timeDeltas = [] }: Profile, { from, to }: Turn): string[] => {
  const parent = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const spent = new Map<string, number>()
  let at = startTime
  for (const [index, sample] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0
    at += delta
    if (at < from || at > to) continue
    const names = new Set<string>()
    for (let node: number | undefined = sample; node !== undefined; node = parent.get(node)) names.add(frames.get(node) ?? '')
    for (const name of names) spent.set(name, (spent.get(name) ?? 0) + delta)
  }
  const most = [...spent].sort(([, a], [, b]) => b - a).slice(0, 28)
  return most.map(([name, us]) => `${(us / 1000).toFixed(0)} ms ${name}`)
}

let turns: Turn[] = []
let going = false
let first = 0
let before = { ms: 0, at: 0 }

const turn = (): void => {
  const now = { ms: computed(), at: clock() }
  turns.push({ ms: now.ms - before.ms, from: before.at, to: now.at })
  before = { ms: computed(), at: clock() }
  if (going) setImmediate(turn)
}

const begin = async (profile: boolean): Promise<void> => {
  if (profile) {
    await order('Profiler.enable')
    await order('Profiler.setSamplingInterval', { interval: 500 })
    await order('Profiler.start')
  }
  turns = []
  going = true
  first = computed()
  before = { ms: first, at: clock() }
  setImmediate(turn)
}

const end = async (profile: boolean): Promise<Turns> => {
  going = false
  const totalMs = computed() - first
  const longest = turns.reduce((one, other) => (other.ms > one.ms ? other : one), { ms: 0, from: 0, to: 0 })
  const taken = profile ? (await order('Profiler.stop')).profile : undefined
  const over = (ms: number): number => turns.filter((one) => one.ms > ms).length
  return { longestMs: longest.ms, over50: over(50), over200: over(200), totalMs, where: taken ? whereWas(taken, longest) : [] }
}

process.on('message', async ({ now, profile }: { readonly now: 'begin' | 'end'; readonly profile: boolean }) => {
  if (now === 'end') process.send?.(await end(profile))
  else {
    await begin(profile)
    process.send?.('begun')
  }
})
process.channel?.unref()
