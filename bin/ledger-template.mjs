// Makes the embedded database once, empty, so that a first start unpacks it instead of making it: node bin/ledger-template.mjs FILE
// Under a clock and a source of chance that stand still the same version of PGlite makes the same bytes. What differs between two
// databases by them alone is a number that tells servers of one cluster apart and a nonce of a log-in; here is one server without either.
import crypto, { webcrypto } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { constants, gzipSync } from 'node:zlib'

const standStill = () => {
  const fill = (array) => {
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(1)
    return array
  }
  const instant = Date.UTC(2026, 0, 1)
  Date.now = () => instant
  performance.now = () => 0
  Math.random = () => 0.5
  webcrypto.getRandomValues = fill
  crypto.randomFillSync = fill
  crypto.randomBytes = (size) => fill(Buffer.alloc(size))
  syncBuiltinESMExports()
}

/** Lines of JSON, then all files one after the other: `[path, bytes]`, in order; a folder has no bytes and stands before what it holds. */
export const pack = (folder) => {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => ({ path: relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'), isFile: entry.isFile() }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const files = entries.map(({ path, isFile }) => (isFile ? readFileSync(join(folder, path)) : null))
  const list = entries.map(({ path }, n) => [path, files[n]?.length ?? null])
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(list)}\n`), ...files.filter((file) => file !== null)]), {
    level: constants.Z_BEST_COMPRESSION,
  })
}

if (process.argv[1]?.endsWith('ledger-template.mjs')) {
  setFlagsFromString('--liftoff-only') // it lives too short for a better compiler to pay
  const folder = mkdtempSync(join(tmpdir(), 'attune-ledger-'))
  try {
    standStill()
    const { PGlite } = await import('@electric-sql/pglite')
    const database = await PGlite.create({ dataDir: join(folder, 'pglite') })
    await database.close()
    const file = process.argv[2]
    writeFileSync(`${file}.new`, pack(join(folder, 'pglite')))
    renameSync(`${file}.new`, file) // whole, or not there
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
