import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { makeSite } from '../production/attune.ts'
import { runMain } from './run-main.ts'

afterEach(() => vi.unstubAllEnvs())

it.runIf(existsSync('/proc/self/stat'))(
  'attune models reload signals no process that has the number of a service that was killed',
  async () => {
    const site = makeSite({ auth: 'open', clients: [] })
    for (const [name, value] of Object.entries(site.environment)) vi.stubEnv(name, value)
    mkdirSync(site.dataDir)
    const stranger = spawn('sleep', ['600'])
    await once(stranger, 'spawn')
    writeFileSync(join(site.dataDir, 'primary.pid'), `${stranger.pid} of-another-start/1`)
    const { status, err } = await runMain('models', 'reload')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect({ status, err, stranger: stranger.signalCode }).toEqual({
      status: 2,
      err: expect.stringContaining('No service with processes of its own runs on this data folder.'),
      stranger: null,
    })
    stranger.kill()
    site.clear()
  },
)
