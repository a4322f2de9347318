import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { copyRules } from './copy-rules.ts'
import { type Answer, openSite, summaries } from './site.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const GUIDANCE = 'guidance/clopidogrel.json'
const order = (folder: string | null) => ({ folder, at: new Date().toISOString(), by: 'dr-keller' })

describe('Rules that are loaded again while calls are answered', () => {
  let place: Place
  let site: Awaited<ReturnType<typeof openSite>>
  let first: ReturnType<typeof copyRules>
  let second: ReturnType<typeof copyRules>
  let before: Answer

  beforeAll(async () => {
    first = copyRules()
    second = copyRules()
    second.release('2999.01.0')
    // Another row id: an answer that mixed two versions would name the row of the one under the version of the other.
    second.edit(GUIDANCE, (text) => text.replaceAll('"cpic/clopidogrel/', '"cpic/clopidogrel/9'))
    place = await embeddedPlace()
    site = await openSite(place, { rulesDir: first.folder })
    before = await site.ask()
  })
  afterAll(async () => {
    await site?.close()
    await place?.clear()
    for (const rules of [first, second]) rules?.clear()
  })

  const rowsOf = ({ trace }: Answer): string[] => trace.traces.flatMap(({ rows }) => rows).filter((row) => row.startsWith('cpic/'))

  it('each answer under load is wholly of one version, which it names, and none fails (F32)', async () => {
    const answers: Answer[] = []
    let going = true
    const ask = async (): Promise<void> => {
      while (going) {
        answers.push(await site.ask())
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const asking = Array.from({ length: 2 }, ask)
    await site.request(order(second.folder))
    await vi.waitFor(() => expect(answers.at(-1)?.trace.versions.rules).toMatch(/^2999/), 100_000)
    await site.request(order(null))
    await vi.waitFor(() => expect(answers.at(-1)?.trace.versions.rules).toBe(before.trace.versions.rules), 100_000)
    going = false
    await Promise.all(asking)
    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([])
    const rows = rowsOf(before)
    const seen = new Map(answers.map((answer) => [answer.trace.versions.rules, new Set<string>()]))
    for (const answer of answers) seen.get(answer.trace.versions.rules)?.add(rowsOf(answer).join())
    expect(rows).toHaveLength(1)
    expect(Object.fromEntries([...seen].map(([version, some]) => [version.slice(0, 9), [...some]]))).toEqual({
      [before.trace.versions.rules.slice(0, 9)]: [rows.join()],
      '2999.01.0': [rows.join().replace('clopidogrel/', 'clopidogrel/9')],
    })
  })

  it('a broken folder is refused: the old rules stay, and /readyz, the metrics and the caller of the reload say why', async () => {
    first.edit(GUIDANCE, (text) => text.slice(0, -30))
    const refused = await site.running.reload()
    expect(refused.problems).toMatch(/guidance\/clopidogrel\.json/)
    const { status, parts } = await site.ready()
    expect([status, parts.rules?.ok, parts.rules?.degraded]).toEqual(['degraded', true, true])
    expect(parts.rules?.detail).toMatch(new RegExp(`^${before.trace.versions.rules.replaceAll('+', '\\+')}; the rules of .* were refused`))
    expect(parts.rules?.detail).toContain('guidance/clopidogrel.json')
    const metrics = await site.get('/metrics')
    expect(metrics).toContain('attune_rules_reloads_total{taken="false"} 1')
    expect(metrics).toContain(`attune_rules_info{version="${before.trace.versions.rules}"} 1`)
    expect(summaries(await site.ask())).toEqual(summaries(before))
  })

  it('a folder that is not there is refused in the same way', async () => {
    await site.request(order('/nowhere/rules'))
    await vi.waitFor(async () => expect((await site.ready()).parts.rules?.detail).toContain('there is no folder /nowhere/rules'), 20_000)
    expect((await site.ask()).trace.versions.rules).toBe(before.trace.versions.rules)
  })

  it('what was ordered holds after a restart', async () => {
    await site.request(order(second.folder))
    await vi.waitFor(async () => expect((await site.ready()).parts.rules?.detail).toMatch(/^2999\.01\.0\+sha256:[0-9a-f]+$/), 30_000)
    expect((await site.ready()).status).toBe('ready')
    first.edit(GUIDANCE, () => readFileSync(join(projectRoot, 'rules', GUIDANCE), 'utf8')) // a start is strict about the folder of the configuration
    await site.stop()
    await site.start()
    expect((await site.ask()).trace.versions.rules).toMatch(/^2999/)
  })
})
