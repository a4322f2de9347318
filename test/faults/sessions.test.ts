import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeOnnx } from '../../src/risk/graph/onnx-writer.ts'
import { openSession } from '../../src/risk/inference/open-session.ts'
import { openNative } from '../../src/risk/onnx.ts'

const SPEC = { name: 'test', input: { name: 'x', columns: 2 }, outputs: ['raw'] } as const
const GRAPH = writeOnnx({
  name: 'sum',
  doc: 'test',
  irVersion: 8,
  opset: 13,
  nodes: [{ op: 'MatMul', name: 'a', inputs: ['x', 'w'], outputs: ['raw'] }],
  constants: [{ name: 'w', shape: [2, 1], values: [2, 3] }],
  inputs: [{ name: 'x', shape: ['N', 2] }],
  outputs: [{ name: 'raw', shape: ['N', 1] }],
})

const handles = (): { readonly files: number; readonly waiting: number } => ({
  files: readdirSync('/proc/self/fd').length,
  waiting: process.getActiveResourcesInfo().length,
})

it('F27: a session whose run fails 100 times refuses 100 times, gives no number, and leaves open handles as they were', async () => {
  let failing = false
  const session = await openSession(GRAPH, SPEC, {
    execution: 'cpu',
    open: async (bytes, spec, provider) => {
      const native = await openNative(bytes, spec, provider)
      const nan = { raw: Float64Array.of(Number.NaN) }
      return { ...native, run: (rows, outputs) => (failing ? Promise.resolve(nan) : native.run(rows, outputs)) }
    },
  })
  const rows = { count: 1, values: Float64Array.of(1, 1) }
  expect((await session.execute(rows)).columns.raw).toEqual(Float64Array.of(5))
  failing = true
  const before = handles()
  const codes: string[] = []
  for (let n = 0; n < 100; n += 1)
    await session.execute(rows).then(
      () => codes.push('a number'),
      (error: { readonly code?: string }) => codes.push(error.code ?? 'no code'),
    )
  expect(codes).toEqual(Array.from({ length: 100 }, () => 'model-failed'))
  expect(handles()).toEqual(before)
  failing = false
  expect((await session.execute(rows)).columns.raw).toEqual(Float64Array.of(5))
  await session.close()
})

const sourcesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && entry.name.endsWith('.ts') ? [join(entry.parentPath, entry.name)] : [],
  )

it('F27: no thread that computes models is ended from outside, because ONNX Runtime then aborts the process', () => {
  const files = sourcesUnder('src/risk')
  expect(files.length).toBeGreaterThan(50)
  expect(files.filter((path) => readFileSync(path, 'utf8').includes('.terminate('))).toEqual([])
})
