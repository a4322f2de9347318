import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { PGX_PREFETCH } from '../../../cds-services/pgx/prefetch.ts'
import { readConfig } from '../../config.ts'
import { AttuneError } from '../../errors.ts'
import { makeBackendToken, readPrivateKey } from '../../fhir/backend-token.ts'
import {
  awaitManifest,
  deleteExport,
  type ExportFile,
  type ExportKit,
  type ExportLevel,
  type ExportManifest,
  fetchFile,
  kickOff,
} from '../../fhir/bulk-export.ts'
import { makeOutbound, type Outbound } from '../../fhir/outbound.ts'
import { canonicalBase } from '../../fhir/trusted-servers.ts'
import { projectRoot } from '../../project-root.ts'
import { makeFolder, readJson, writeWhole } from '../../screening/durable.ts'
import { MANIFEST } from '../../screening/export-files.ts'
import { progress, say, UsageError, type VerbInput } from '../verb.ts'
import { folderOf, textOf, wholeOf } from './screen-options.ts'

/** Where the status of an export that was begun is kept, so that it is not begun twice. */
const BEGUN = '.export-begun.json'
const DISCOVERY = { deadlineMs: 15_000, maxBytes: 1_000_000 }
const GIGABYTE = 1_000_000_000

/** What screening reads: the types that the services ask for, and what prescriptions point at. */
const TYPES = [
  ...new Set([
    ...Object.values(PGX_PREFETCH).map((query) => /^[A-Za-z]+/.exec(query)?.[0] ?? ''),
    'FamilyMemberHistory',
    'Encounter',
    'Medication',
  ]),
]

type Values = VerbInput['values']

const needed = (values: Values, name: string): string => {
  const text = textOf(values, name)
  if (text === null) throw new UsageError(`An export needs --${name}.`)
  return text
}

const levelOf = (values: Values): ExportLevel => {
  const group = textOf(values, 'group')
  if (group !== null) return { kind: 'group', id: group }
  return values.system === true ? { kind: 'system' } : { kind: 'patients' }
}

const originsOf = (values: Values): Set<string> => {
  const hosts = Array.isArray(values['file-host']) ? values['file-host'] : []
  return new Set(
    hosts.map((host) => {
      if (typeof host !== 'string' || !URL.canParse(host))
        throw new UsageError('--file-host takes an address such as https://files.hospital.example.')
      return new URL(host).origin
    }),
  )
}

/** The token endpoint by name, or by discovery where it is on the FHIR server's own host. */
const tokenUrlOf = async (values: Values, base: string, outbound: Outbound): Promise<string> => {
  const named = textOf(values, 'token-url')
  if (named !== null) return named
  const found = await outbound.json(`${base}/.well-known/smart-configuration`, DISCOVERY).catch(() => null)
  const endpoint = (found as { readonly token_endpoint?: unknown } | null)?.token_endpoint
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint))
    throw new AttuneError('fhir-failed', 'the FHIR server does not say where its token endpoint is: name it with --token-url')
  if (new URL(endpoint).origin !== new URL(base).origin)
    throw new AttuneError(
      'fhir-failed',
      `the FHIR server names a token endpoint of ${new URL(endpoint).origin}: if that is right, name it with --token-url`,
    )
  return endpoint
}

const readKey = (path: string) => {
  try {
    return readPrivateKey(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof AttuneError) throw error
    throw new AttuneError('input-unreadable', `${path}: the key cannot be read`)
  }
}

const tokenOf = async (values: Values, base: string, outbound: Outbound): Promise<ExportKit['token']> => {
  if (values['no-token'] === true) return null
  const { key, kid } = readKey(needed(values, 'key'))
  const name = textOf(values, 'kid') ?? kid
  if (name === null) throw new UsageError('Name the key as the server knows it: --kid, or `kid` in a JWK.')
  const clientId = needed(values, 'client-id')
  const tokenUrl = await tokenUrlOf(values, base, outbound)
  return makeBackendToken({ clientId, key, kid: name, tokenUrl, scope: textOf(values, 'scope') ?? 'system/*.rs' }, outbound)
}

/** A file that stands under its name only when it is whole. Begun anew where a transfer is. */
const openDownload = (path: string) => {
  const temporary = `${path}.part`
  let fd: number | null = null
  let trouble: unknown = null
  let lines = 0
  const close = (): void => {
    if (fd !== null) closeSync(fd)
    fd = null
  }
  return {
    begin: () => {
      close()
      lines = 0
      fd = openSync(temporary, 'w', 0o600)
    },
    bytes: (bytes: Buffer) => {
      try {
        for (let at = 0; fd !== null && at < bytes.length; ) at += writeSync(fd, bytes, at)
        for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1
      } catch (error) {
        trouble ??= error // told when the transfer has ended: this is called from within it
      }
    },
    end: (): number => {
      if (trouble !== null) throw new AttuneError('input-unreadable', `${path}: the file cannot be written`, { cause: trouble })
      if (fd !== null) fsyncSync(fd)
      close()
      renameSync(temporary, path)
      return lines
    },
  }
}

type Fetch = {
  readonly out: string
  readonly base: string
  readonly manifest: ExportManifest
  readonly limits: { maxBytes: number; deadlineMs: number }
  readonly kit: ExportKit
}

/** Files of one list of the manifest, under names of ours: nothing that a server writes becomes a path. */
const fetchAll = async (files: readonly ExportFile[], folder: string, { base, manifest, limits, kit }: Fetch): Promise<ExportFile[]> => {
  const named: ExportFile[] = []
  if (files.length > 0) makeFolder(folder)
  for (const [at, file] of files.entries()) {
    const type = /^[A-Za-z]{1,60}$/.test(file.type) ? file.type : 'Resource'
    const name = `${String(at + 1).padStart(4, '0')}.${type}.ndjson`
    const path = join(folder, name)
    if (!existsSync(path)) {
      const download = openDownload(path)
      await fetchFile(file, manifest, base, limits, download, kit)
      download.end()
    }
    progress(`${at + 1} of ${files.length} files: ${name}`)
    named.push({ type, url: name, count: file.count })
  }
  return named
}

type Asked = Parameters<typeof kickOff>[0]
/** `asked` is absent where an earlier release began it. */
type Begun = { readonly status: string; readonly asked?: Asked }

/**
 * Status of the export that was begun in this folder; begun now where none was. Its files are known by their place in the manifest, so those
 * of another export must not lie there.
 */
const statusOf = async (out: string, asked: Asked, kit: ExportKit): Promise<string> => {
  const path = join(out, BEGUN)
  if (existsSync(path)) {
    const begun = readJson<Begun>(path)
    if (begun.asked === undefined)
      throw new UsageError(`In ${out} an earlier release began an export and did not note of what: name another folder.`)
    if (JSON.stringify(begun.asked) !== JSON.stringify(asked))
      throw new UsageError(`In ${out} an export of something else was begun: ask for the same, or name another folder.`)
    progress('An export was begun in this folder; it is taken up.')
    return begun.status
  }
  if (readdirSync(out).some((name) => name.endsWith('.ndjson'))) throw new UsageError(`${out} holds files of another export.`)
  const status = await kickOff(asked, kit)
  writeWhole(path, `${JSON.stringify({ status, asked } satisfies Begun)}\n`)
  return status
}

/** `attune screen export`: fetches an export into a folder that `attune screen` reads. Exit 1 when the server reports errors. */
export const runExport = async ({ values }: VerbInput): Promise<number> => {
  const out = folderOf(values, 'out')
  const base = canonicalBase(needed(values, 'fhir'))
  if (base === null) throw new UsageError('--fhir takes the base of a FHIR server.')
  const { network } = readConfig(process.env, projectRoot)
  const outbound = makeOutbound(network)
  try {
    makeFolder(out)
    if (existsSync(join(out, MANIFEST))) throw new UsageError(`${out} holds an export already.`)
    const kit: ExportKit = {
      outbound,
      token: await tokenOf(values, base, outbound),
      fileOrigins: originsOf(values),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      onWaiting: (seconds) => progress(`The server is preparing; next look in ${seconds} s.`),
    }
    const types = textOf(values, 'types')?.split(',') ?? TYPES
    const status = await statusOf(out, { base, level: levelOf(values), types, since: textOf(values, 'since') }, kit)
    const until = Date.now() + wholeOf(values, 'wait-minutes', 1440, 1, 20_160) * 60_000
    const manifest = await awaitManifest(status, base, until, kit)
    const limits = { maxBytes: wholeOf(values, 'max-file-gb', 50, 1, 10_000) * GIGABYTE, deadlineMs: 6 * 3_600_000 }
    const fetching: Fetch = { out, base, manifest, limits, kit }
    const output = await fetchAll(manifest.output, out, fetching)
    const error = await fetchAll(manifest.error, join(out, 'errors'), fetching)
    const deleted = await fetchAll(manifest.deleted, join(out, 'deleted'), fetching)
    const request = `${base}/$export?_type=${types.join(',')}`
    writeWhole(
      join(out, MANIFEST),
      `${JSON.stringify({ transactionTime: manifest.transactionTime, request, requiresAccessToken: false, output, error, deleted }, null, 2)}\n`,
    )
    if (values.keep !== true && !(await deleteExport(status, base, kit))) progress('The server did not take note that its files may go.')
    rmSync(join(out, BEGUN))
    say(`${output.length} files in ${out}, as of ${manifest.transactionTime ?? 'an unknown time'}.`)
    if (error.length > 0)
      say(
        `The server reports errors of its own in ${error.length} files under ${join(out, 'errors')}: what they name is not in the export.`,
      )
    if (deleted.length > 0) say(`What was deleted since stands under ${join(out, 'deleted')}; it is not read.`)
    return error.length > 0 ? 1 : 0
  } finally {
    outbound.close()
  }
}
