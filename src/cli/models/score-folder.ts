import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { AttuneError } from '../../errors.ts'
import { graphOf } from '../../risk/graph/graph.ts'
import { writeOnnx } from '../../risk/graph/onnx-writer.ts'
import { manifestSchema } from '../../risk/model-folder.ts'
import { folderOf } from '../../risk/polygenic/score-folder.ts'
import { readScoringFile } from '../../risk/polygenic/scoring-file.ts'

const GZIP = [0x1f, 0x8b]

const textOf = (bytes: Buffer): string => {
  if (!GZIP.every((byte, at) => bytes[at] === byte)) return bytes.toString('utf8')
  try {
    return gunzipSync(bytes, { maxOutputLength: 1 << 26 }).toString('utf8')
  } catch (cause) {
    throw new AttuneError('input-unreadable', 'scoring file: the gzip file is damaged or too large', { cause })
  }
}

/** A whole model folder from a scoring file of the PGS Catalog: there is nothing for a person to fill. */
export type ScoreFiles = {
  readonly id: string
  readonly variants: number
  readonly license: string | null
  readonly files: Readonly<Record<string, object>>
  readonly graph: Buffer
}

/** @throws AttuneError `input-unreadable` with the line and the reason */
export const scoreFiles = (bytes: Buffer, asOf: string): ScoreFiles => {
  const file = readScoringFile(textOf(bytes))
  const { id, files } = folderOf(file, { asOf, version: '1.0.0' })
  const draft = manifestSchema.parse(files['manifest.json'])
  const [entry] = draft.graphs
  if (!entry) throw new AttuneError('unexpected', `${id}: a score has one graph`)
  const graph = Buffer.from(writeOnnx(graphOf(entry, draft, files['coefficients.json'])))
  const manifest = { ...draft, graphs: [{ ...entry, sha256: createHash('sha256').update(graph).digest('hex') }] }
  return { id, variants: file.variants.length, license: file.license, files: { ...files, 'manifest.json': manifest }, graph }
}

/** Decisions name a model by its id, so the folder is called as the score is. */
export const refuseOtherName = (folder: string, id: string): string | null =>
  basename(folder) === id ? null : `The folder of this score has to be called ${id}.`
