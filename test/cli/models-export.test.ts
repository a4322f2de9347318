import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runMain } from './run-main.ts'

const dir = mkdtempSync(join(tmpdir(), 'attune-triton-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const repository = join(dir, 'repository')

describe('attune models export', () => {
  it('writes every graph under the name that Attune asks for, with its inputs and outputs as Triton reads them', async () => {
    const { status, out } = await runMain('models', 'export', repository, '--json')
    expect(status).toBe(0)
    const written = JSON.parse(out) as { name: string; model: string; sha256: string }[]
    expect(readdirSync(repository).sort()).toEqual(written.map(({ name }) => name).sort())
    for (const { name, sha256 } of written) {
      const graph = readFileSync(join(repository, name, '1', 'model.onnx'))
      expect(createHash('sha256').update(graph).digest('hex')).toBe(sha256)
    }
    expect(readFileSync(join(repository, 'warfarin-dose.iwpc_clinical', 'config.pbtxt'), 'utf8')).toBe(`name: "warfarin-dose.iwpc_clinical"
backend: "onnxruntime"
max_batch_size: 8192
input [
  { name: "x" data_type: TYPE_FP64 dims: [ 8 ] }
]
output [
  { name: "raw_iwpc_clinical" data_type: TYPE_FP64 dims: [ 1 ] },
  { name: "iwpc_clinical_mg_per_week" data_type: TYPE_FP64 dims: [ 1 ] }
]
instance_group [ { count: 1 kind: KIND_CPU } ]
dynamic_batching { }
`)
  })

  it('writes over nothing', async () => {
    const { status, err } = await runMain('models', 'export', repository)
    expect([status, err]).toEqual([2, expect.stringContaining('is not empty')])
  })

  it('for a GPU says so in each file', async () => {
    const gpu = join(dir, 'gpu')
    expect((await runMain('models', 'export', gpu, '--gpu')).status).toBe(0)
    for (const name of readdirSync(gpu)) expect(readFileSync(join(gpu, name, 'config.pbtxt'), 'utf8')).toContain('kind: KIND_GPU')
  })

  it('without a folder is wrong use', async () => {
    expect((await runMain('models', 'export')).status).toBe(2)
    expect(existsSync(join(dir, 'undefined'))).toBe(false)
  })
})
