import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BASE = '/usr/lib/postgresql'
const programs = existsSync(BASE) ? readdirSync(BASE).map((version) => join(BASE, version, 'bin')) : []
const bin = programs.find((folder) => existsSync(join(folder, 'initdb')))

/** Null when this machine can run a PostgreSQL of the tests' own, which they may stop, lock and fill; else why not. */
export const ownPostgresMissing: string | null = bin === undefined ? 'no PostgreSQL programs on this machine' : null

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

/** PostgreSQL refuses to run as root; there it runs as its own user. */
const run = (program: string, ...args: string[]): void => {
  const whole = [join(bin ?? '', program), ...args]
  const [command = '', ...rest] =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...whole] : whole
  const { status, stderr } = spawnSync(command, rest, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir() })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
}

/** A PostgreSQL server of the test's own, in a temporary folder under `base`, that can be stopped and started. */
export const startPostgres = async (base = tmpdir()) => {
  const folder = mkdtempSync(join(base, 'attune-postgres-'))
  if (base !== tmpdir()) chmodSync(base, 0o777)
  const data = join(folder, 'data')
  chmodSync(folder, 0o777)
  const port = await freePort()
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--data-checksums')
  appendFileSync(
    join(data, 'postgresql.conf'),
    `port=${port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories=''\nfsync=off\nmin_wal_size=32MB\nmax_wal_size=48MB\n`,
  )
  const start = () => run('pg_ctl', '-D', data, '-l', join(folder, 'log'), '-w', 'start')
  const stop = () => run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop')
  /** A server that gave up by itself is started again. */
  const revive = (): void => {
    try {
      run('pg_ctl', '-D', data, 'status')
    } catch {
      start()
    }
  }
  start()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop,
    revive,
    /** Its data folder; to be damaged only while it is stopped. */
    data,
    clear: () => {
      try {
        stop()
      } catch {
        // it is stopped already
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A disk of its own that can be filled: a file system in memory. Null where this user may not make one. */
export const smallDisk = (bytes: number): { readonly path: string; readonly clear: () => void } | null => {
  const path = mkdtempSync(join(tmpdir(), 'attune-disk-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path])
  if (status !== 0) {
    rmSync(path, { recursive: true, force: true })
    return null
  }
  return {
    path,
    clear: () => {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
