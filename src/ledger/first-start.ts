import { execFile } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { projectRoot } from '../project-root.ts'

/** An empty database that the build has made (bin/ledger-template.mjs). */
const TEMPLATE = join(projectRoot, 'dist/ledger-template.gz')

/** Where nothing was built; in a process of its own: making a database takes some 700 MB for a moment, which the server would keep. */
const MAKE = `
  (await import('node:v8')).setFlagsFromString('--liftoff-only') // it lives too short for a better compiler to pay
  const [module, folder] = process.argv.slice(1)
  const { PGlite } = await import(module)
  const database = await PGlite.create({ dataDir: folder })
  await database.close()
`

/** In a thread of its own: 40 MB are written while the server reads its rules. */
const UNPACK = `
  const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
  const { template, folder } = require('node:worker_threads').workerData
  const all = require('node:zlib').gunzipSync(readFileSync(template))
  let at = all.indexOf(10) + 1
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const [path, bytes] of JSON.parse(all.subarray(0, at))) {
    if (bytes === null) mkdirSync(folder + '/' + path, { mode: 0o700 })
    else writeFileSync(folder + '/' + path, all.subarray(at, (at += bytes)), { mode: 0o600 })
  }
  if (at !== all.length) throw new Error('the template of the embedded database is not whole')
`

const unpack = (template: string, folder: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(UNPACK, { eval: true, workerData: { template, folder } })
    worker.on('error', reject)
    worker.on('exit', () => resolve())
  })

const make = async (folder: string): Promise<void> => {
  const module = import.meta.resolve('@electric-sql/pglite')
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', MAKE, module, folder])
}

/**
 * Makes the embedded database when there is none. It gets its name only when it is whole, so that a start that is killed
 * half way leaves nothing that looks like a database.
 */
export const makeDatabase = async (folder: string, template: string = TEMPLATE): Promise<void> => {
  if (existsSync(folder)) return
  const fresh = `${folder}.new`
  rmSync(fresh, { recursive: true, force: true })
  await (existsSync(template) ? unpack(template, fresh) : make(fresh))
  renameSync(fresh, folder)
}
