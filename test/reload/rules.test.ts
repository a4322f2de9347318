import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { copyRules as copyKept, folderMeant, keptRules, markUsed, removeLeft } from '../../src/reload/kept-rules.ts'
import { runMain } from '../cli/run-main.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { copyRules } from './copy-rules.ts'
import { type Answer, openSite, summaries } from './site.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

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
    vi.unstubAllEnvs()
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
    await vi.waitFor(() => expect(answers.at(-1)?.trace.versions.rules).toMatch(/^2999/), 120_000)
    await site.request(order(null))
    await vi.waitFor(() => expect(answers.at(-1)?.trace.versions.rules).toBe(before.trace.versions.rules), 120_000)
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
    await vi.waitFor(async () => expect((await site.ready()).parts.rules?.detail).toContain('there is no folder /nowhere/rules'), 120_000)
    expect((await site.ask()).trace.versions.rules).toBe(before.trace.versions.rules)
  })

  it('what was ordered holds after a restart', async () => {
    await site.request(order(second.folder))
    await vi.waitFor(async () => expect((await site.ready()).parts.rules?.detail).toMatch(/^2999\.01\.0\+sha256:[0-9a-f]+$/), 120_000)
    expect((await site.ready()).status).toBe('ready')
    first.edit(GUIDANCE, () => readFileSync(join(projectRoot, 'rules', GUIDANCE), 'utf8')) // a start is strict about the folder of the configuration
    await site.stop()
    await site.start()
    expect((await site.ask()).trace.versions.rules).toMatch(/^2999/)
  })
  it('that turn out bad are left in one step for those of before, of which nobody has to have kept the folder', async () => {
    const version = (prefix: RegExp) => vi.waitFor(async () => expect((await site.ask()).trace.versions.rules).toMatch(prefix), 120_000)
    for (const [name, value] of Object.entries(site.environment)) vi.stubEnv(name, value)
    await site.request(order(first.folder))
    await version(new RegExp(`^${before.trace.versions.rules.slice(0, 9)}`))
    second.clear()
    const kept = await runMain('rules', 'kept', '--json')
    expect(JSON.parse(kept.out).map((one: { version: string }) => one.version.slice(0, 9))).toEqual([
      before.trace.versions.rules.slice(0, 9),
      '2999.01.0',
    ])
    const back = await runMain('rules', 'back')
    expect([back.status, back.out]).toEqual([0, expect.stringMatching(/^Rules 2999\.01\.0\+sha256:\S+ of kept:[0-9a-f]{16} are ordered/)])
    await version(/^2999/)
    expect((await site.ready()).status).toBe('ready')
    await site.stop()
    await site.start()
    await version(/^2999/)
    expect((await runMain('rules', 'back')).status).toBe(0)
    await version(new RegExp(`^${before.trace.versions.rules.slice(0, 9)}`))
  })

  it('are never kept where they were refused', async () => {
    const broken = copyRules()
    broken.edit(GUIDANCE, (text) => text.slice(0, -30))
    const names = async () => (await keptRules(place.config.dataDir)).map(({ name }) => name)
    const kept = await names()
    await site.request(order(broken.folder))
    await vi.waitFor(async () => expect((await site.ready()).parts.rules?.detail).toContain(broken.folder), 120_000)
    expect(await names()).toEqual(kept)
    broken.clear()
  })

  it('are not used when they are no longer what was kept: a file less passes every check of rules', async () => {
    const used = (await site.ask()).trace.versions.rules
    const [, other] = await keptRules(place.config.dataDir)
    rmSync(join(other?.folder ?? '', GUIDANCE))
    const back = await runMain('rules', 'back')
    expect([back.status, back.err]).toEqual([1, expect.stringContaining('is not what was kept')])
    await site.request(order(other?.name ?? ''))
    await vi.waitFor(async () => expect((await site.ready()).parts.rules?.detail).toContain('is not what was kept'), 120_000)
    expect((await site.ask()).trace.versions.rules).toBe(used)
  })
})

describe('Rules that were used', () => {
  it('are kept by their content, the five that were used last, whoever keeps them at the same time', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'attune-kept-'))
    const folderOf = (n: number): string => {
      const folder = join(dataDir, `rules-${n}`, 'genes')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'one.json'), `{"n":${n}}`)
      writeFileSync(join(folder, '.half-written'), `${Math.random()}`)
      return join(dataDir, `rules-${n}`)
    }
    for (let n = 0; n < 7; n += 1) {
      const [kept, again, other] = await Promise.all([0, 1, 2].map(() => copyKept(folderOf(n), dataDir)))
      expect([again, other]).toEqual([kept, kept])
      await markUsed(kept as string, dataDir)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const kept = await keptRules(dataDir)
    expect(kept.map(({ folder }) => readFileSync(join(folder, 'genes/one.json'), 'utf8'))).toEqual([6, 5, 4, 3, 2].map((n) => `{"n":${n}}`))
    expect(kept.map(({ name }) => folderMeant(name, dataDir))).toEqual(kept.map(({ folder }) => folder))
    expect(folderMeant('kept:../../etc', dataDir)).toBe('kept:../../etc')
    rmSync(dataDir, { recursive: true })
  })

  it('are those that were accepted: a copy of rules whose check was cut short is none, and neither is their copy once more', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'attune-kept-'))
    const rules = join(dataDir, 'rules')
    mkdirSync(rules)
    const copyOf = async (content: string): Promise<string> => {
      writeFileSync(join(rules, 'one.json'), content)
      return copyKept(rules, dataDir)
    }
    const used = await copyOf('{}')
    await markUsed(used, dataDir)
    const cut = await copyOf('{"refused":true}')
    expect((await keptRules(dataDir)).map(({ folder }) => folder)).toEqual([used])
    expect(await copyOf('{"refused":true}')).toBe(cut)
    expect((await keptRules(dataDir)).map(({ folder }) => folder)).toEqual([used])
    await markUsed(cut, dataDir)
    expect((await keptRules(dataDir)).map(({ folder }) => folder)).toEqual([cut, used])
    rmSync(dataDir, { recursive: true })
  })

  it('leave nothing behind where a copy or a check was cut short, and what may still be at work is let be', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'attune-kept-'))
    const rules = join(dataDir, 'rules')
    mkdirSync(rules)
    writeFileSync(join(rules, 'one.json'), '{}')
    await removeLeft(dataDir) // before anything was kept
    const used = await copyKept(rules, dataDir)
    await markUsed(used, dataDir)
    writeFileSync(join(rules, 'one.json'), '{"refused":true}')
    const cut = await copyKept(rules, dataDir)
    mkdirSync(join(dataDir, 'rules-kept/.half-a-copy/genes'), { recursive: true })
    await removeLeft(dataDir)
    expect(readdirSync(join(dataDir, 'rules-kept')).sort()).toEqual(['.half-a-copy', basename(used), basename(cut)].sort())
    await removeLeft(dataDir, Date.now() + 3_600_001)
    expect(readdirSync(join(dataDir, 'rules-kept'))).toEqual([basename(used)])
    rmSync(dataDir, { recursive: true })
  })

  it('are kept anew where a removal was cut short', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'attune-kept-'))
    const rules = join(dataDir, 'rules')
    mkdirSync(rules)
    for (const name of ['one.json', 'two.json']) writeFileSync(join(rules, name), '{}')
    const kept = await copyKept(rules, dataDir)
    rmSync(join(kept, 'two.json'))
    expect(await copyKept(rules, dataDir)).toBe(kept)
    expect(readdirSync(kept)).toEqual(['one.json', 'two.json'])
    expect(readdirSync(join(dataDir, 'rules-kept'))).toHaveLength(1)
    rmSync(dataDir, { recursive: true })
  })
})
