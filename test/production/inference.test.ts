import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Running, serve } from '../../src/main.ts'
import { copyModels } from '../risk/models-copy.ts'
import { serveModels } from '../risk/remote/inference-server.ts'
import { makeSite } from './attune.ts'

const ALL = readdirSync('models', { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const start = async (config: object): Promise<Running> => {
  const site = makeSite({ auth: 'required', ...config })
  ends.push(site.clear)
  const running = await serve(site.environment)
  ends.push(running.stop)
  return running
}
const ready = async ({ url }: Running) => {
  const response = await fetch(`${url}/readyz`)
  const { parts } = (await response.json()) as { parts: { models: { ok: boolean; detail: string } } }
  return { status: response.status, models: parts.models }
}
const metric = async ({ url }: Running, name: string): Promise<string[]> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  return text.split('\n').filter((line) => line.startsWith(name))
}
const modelsFor = () => {
  const { dir, remove } = copyModels(...ALL)
  ends.push(remove)
  return dir
}

// A whole server starts in each of these.
vi.setConfig({ testTimeout: 600_000 })

describe('A server with models that cannot all be served, or not where they were asked to', () => {
  it('starts where the site says so, names each with its reason, and counts what ended elsewhere', async () => {
    const modelsDir = modelsFor()
    appendFileSync(join(modelsDir, 'tisdale', 'model.onnx'), 'x')
    const inference = { url: 'http://127.0.0.1:9' } // nobody listens there
    const running = await start({ modelsDir, badModels: 'leave-out', models: { kfre: { execution: 'remote' } }, inference })
    const { status, models } = await ready(running)
    expect([status, models.ok]).toEqual([200, true])
    expect(models.detail).toContain('tisdale is not served: model.onnx does not have the SHA-256')
    expect(models.detail).toMatch(/kfre: the inference server [^;]*; (it is left alone [^;]*; )?running on cpu/)
    const [fallbacks] = await metric(running, 'attune_inference_fallbacks_total{model="kfre"}')
    expect(Number(fallbacks?.split(' ')[1])).toBeGreaterThan(0)
    expect(await metric(running, 'attune_inference_rows_total{model="kfre",execution="remote"}')).toEqual([])
    expect(await metric(running, 'attune_inference_rows_total{model="kfre",execution="cpu"}')).toHaveLength(1)
  })

  it('by default does not start', async () => {
    const modelsDir = modelsFor()
    appendFileSync(join(modelsDir, 'tisdale', 'model.onnx'), 'x')
    await expect(start({ modelsDir })).rejects.toMatchObject({
      code: 'model-invalid',
      detail: expect.stringMatching(/^tisdale: model\.onnx does not have the SHA-256/),
    })
  })
})

it('models on an inference server run there, and metrics say so', async () => {
  const modelsDir = modelsFor()
  const server = await serveModels(modelsDir)
  ends.push(server.stop)
  const running = await start({ modelsDir, models: { kfre: { execution: 'remote' } }, inference: { url: server.url, timeoutMs: 5000 } })
  expect((await ready(running)).models.detail).toMatch(/^\d+ served$/)
  expect(await metric(running, 'attune_inference_rows_total{model="kfre",execution="remote"}')).toHaveLength(1)
  expect(await metric(running, 'attune_inference_fallbacks_total{model="kfre"}')).toEqual([
    'attune_inference_fallbacks_total{model="kfre"} 0',
  ])
})
