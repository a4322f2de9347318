import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { buildServer } from './process.ts'

const toolAt = (path: string): string => join(projectRoot, 'dist/tools', path)

beforeAll(buildServer, 600_000)

/** Processes that it has started itself, by their command lines (proc(5)). */
const startedBy = ({ pid }: ChildProcess): Map<number, string> => {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const pids = [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits))
  return new Map(pids.map((one) => [one, readFileSync(`/proc/${one}/cmdline`, 'utf8')]))
}

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.skipIf(!existsSync('/proc/self/task'))('A run that is killed', () => {
  let left: number[] = []
  afterEach(() => {
    for (const pid of left.filter(isThere)) process.kill(pid, 'SIGKILL')
  })

  it.each<[string, string[], NodeJS.Signals]>([
    ['soak/soak.js', ['--minutes', '2'], 'SIGKILL'],
    ['fuzz/fuzz.js', ['--cases', '1000'], 'SIGTERM'],
    ['bench/bench.js', ['--quick'], 'SIGINT'],
  ])(
    '%s %j, by %s: leaves no process behind',
    async (path, words, signal) => {
      const tool = spawn(process.execPath, [toolAt(path), ...words], { stdio: 'ignore' })
      left = []
      await expect.poll(() => [...startedBy(tool).values()].join(' '), { timeout: 120_000 }).toContain('serve-process.js')
      left = [...startedBy(tool).keys()]
      tool.kill(signal)
      await expect.poll(() => left.filter(isThere), { timeout: 120_000 }).toEqual([])
    },
    120_000,
  )
})

describe('A program of the benchmark', () => {
  const run = promisify(execFile)

  it.each(['bench', 'app', 'inference', 'trees', 'screen', 'calling'])('%s tells its help and measures nothing', async (name) => {
    const { stdout } = await run(process.execPath, [toolAt(`bench/${name}.js`), '--help'], { timeout: 240_000 })
    expect(stdout).toContain('npm run bench [-- PROGRAM] [-- OPTIONS]')
    expect(stdout).not.toContain('|')
  })

  it('is told the same way by the soak', async () => {
    const { stdout } = await run(process.execPath, [toolAt('soak/soak.js'), '--help'], { timeout: 240_000 })
    expect(stdout).toMatch(/^npm run soak \[-- OPTIONS\]\n[^|]*$/)
  })

  it('refuses an option that it does not know', async () => {
    await expect(run(process.execPath, [toolAt('bench/bench.js'), '--qick'], { timeout: 240_000 })).rejects.toThrow(
      "Unknown option '--qick'",
    )
  })
})
