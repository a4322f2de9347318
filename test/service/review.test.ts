import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/contract/report.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'
import { enginesOfRun, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { openReview } from './review-door.ts'
import { startSandbox } from './running-sandbox.ts'

const { stories } = loadPatients()
const PANEL = stories.find(({ title }) => title.startsWith('A full panel'))?.patient ?? ''
const NOTE = 'Rang Mrs Quillfeather on 0171 5550199; she takes half a tablet.'

const filesUnder = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesUnder(path) : [path]
  })

const ENGINES = enginesOfRun<readonly [string, string | null]>(['PGlite', null], ['PostgreSQL', postgresMissing])

describe.each(ENGINES)('The review of a patient’s flags, kept on %s', (engine, missing) => {
  if (missing !== null) {
    it.skip(missing, () => {})
    return
  }
  let sandbox: Awaited<ReturnType<typeof startSandbox>>
  let place: Awaited<ReturnType<typeof postgresPlace>> | null = null
  const dataDir = mkdtempSync(join(tmpdir(), 'attune-review-'))
  beforeAll(async () => {
    place = engine === 'PostgreSQL' ? await postgresPlace() : null
    sandbox = await startSandbox({
      ATTUNE_DATA_DIR: dataDir,
      ...(place?.config.databaseUrl ? { DATABASE_URL: place.config.databaseUrl } : {}),
    })
  }, 600_000)
  afterAll(async () => {
    await sandbox.stop()
    await place?.clear()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('begins with every flag new, each once, most serious first', async () => {
    const review = await openReview(sandbox, PANEL)
    expect(review.flags.length).toBeGreaterThan(2)
    expect(new Set(review.flags.map(({ id }) => id)).size).toBe(review.flags.length)
    const { flags, reasons } = await review.list()
    expect(flags).toEqual(review.flags.map(({ id }) => ({ flag: id, state: 'new', changed: [], history: [] })))
    expect(reasons.length).toBeGreaterThan(3)
  })

  it('lists every finding that asks for more than the usual, and every drug that guidance could not be applied to', async () => {
    for (const { patient, title } of stories.slice(0, 19)) {
      const { events, flags } = await openReview(sandbox, patient)
      const assessed = events.find((event) => event.event === 'assessment')
      const drugs =
        assessed?.event === 'assessment'
          ? [...assessed.assessment.medicines, ...assessed.assessment.orders.flatMap((one) => one.drugs)]
          : []
      const listed = new Set(flags.flatMap(({ findings }) => findings))
      const named = new Set(flags.map(({ drug }) => drug))
      const asking = drugs.flatMap(({ drug, findings }) =>
        findings
          .filter(({ kind, consequence }) => kind === 'guidance' && !['standard', 'none'].includes(consequence))
          .map(({ id }) => [drug.name, id] as const),
      )
      expect(
        asking.filter(([name, id]) => !listed.has(id) && !named.has(name)),
        title,
      ).toEqual([])
      expect(
        drugs.filter(({ state, drug }) => state === 'not-assessed' && !named.has(drug.name)).map(({ drug }) => drug.name),
        title,
      ).toEqual([])
    }
  }, 600_000)

  it('remembers what was said, by whom as far as known, on another day and in another session', async () => {
    const review = await openReview(sandbox, PANEL)
    const [first, second] = review.flags
    const { flags } = await review.mark([
      { flag: first?.id, mark: 'overridden', reason: 'will-monitor', note: NOTE },
      { flag: second?.id, mark: 'accepted' },
    ])
    expect(flags.slice(0, 2).map(({ state }) => state)).toEqual(['overridden', 'accepted'])
    const again = await (await openReview(sandbox, PANEL)).list()
    expect(again.flags.slice(0, 3).map(({ state }) => state)).toEqual(['overridden', 'accepted', 'new'])
    expect(again.flags[0]?.history[0]).toMatchObject({
      mark: 'overridden',
      reason: { code: 'will-monitor', display: 'Will monitor closely' },
      note: NOTE,
      by: { how: 'unknown', name: null, user: null },
    })
  })

  it('keeps every earlier word: the history grows and nothing is overwritten', async () => {
    const review = await openReview(sandbox, PANEL)
    const flag = review.flags[0]?.id
    const { flags } = await review.mark([{ flag, mark: 'reviewed' }])
    expect(flags[0]?.history.map(({ mark }) => mark)).toEqual(['reviewed', 'overridden'])
  })

  it('belongs to one patient: another one’s list knows nothing of it', async () => {
    const other = await (await openReview(sandbox, stories[0]?.patient ?? '')).list()
    expect(other.flags.every(({ state }) => state === 'new')).toBe(true)
    expect(other.signOffs).toEqual([])
  })

  it('takes no flags that the server did not write for this patient', async () => {
    const review = await openReview(sandbox, PANEL)
    const [first] = review.flags
    const forged = { ...review.sealed, flags: [{ ...first, headline: 'Give more' }] }
    expect((await review.call('/api/review/list', forged)).status).toBe(400)
    expect((await review.call('/api/review/list', { ...review.sealed, patient: stories[0]?.patient })).status).toBe(400)
    expect((await review.call('/api/review/list', { ...review.sealed, decision: 'another' })).status).toBe(400)
    const named = {
      ...review.sealed,
      flags: review.sealed.flags.map((flag) => ({ ...flag, rests: { ...flag.rests, Quillfeather: null } })),
    }
    const refused = await review.call('/api/review/list', named)
    expect([refused.status, await refused.text()]).toEqual([400, expect.not.stringContaining('Quillfeather')]) // names are the caller's words
  })

  it('is closed to whoever may not read the patient now', async () => {
    const review = await openReview(sandbox, PANEL)
    expect((await review.call('/api/review/list', review.sealed, 'no-such-token')).status).toBe(401)
    const other = await openReview(sandbox, stories[0]?.patient ?? '')
    expect((await review.call('/api/review/list', review.sealed, other.token)).status).toBe(401)
    expect((await review.call('/api/review/list', { ...review.sealed, fhirServer: 'https://evil.example/fhir' })).status).toBe(403)
  })

  it('takes no override without a reason, no reason that was not offered, no note without end', async () => {
    const review = await openReview(sandbox, PANEL)
    const flag = review.flags[0]?.id
    const status = async (mark: object) => (await review.call('/api/review', { ...review.sealed, marks: [mark] })).status
    expect(await status({ flag, mark: 'overridden' })).toBe(400)
    expect(await status({ flag, mark: 'overridden', reason: 'because' })).toBe(400)
    expect(await status({ flag: 'x', mark: 'reviewed' })).toBe(400)
    expect(await status({ flag, mark: 'reviewed', note: 'a'.repeat(4001) })).toBe(400)
    expect((await review.call('/api/review', { ...review.sealed, marks: [], filler: 'a'.repeat(1_000_001) })).status).toBe(413)
  })

  it('is signed off in the ledger where the app may not write, and says so', async () => {
    const { signOffs } = await (await openReview(sandbox, PANEL)).signOff()
    expect(signOffs[0]).toMatchObject({ written: { state: 'ledger-only' }, flags: { length: 2 } })
  })

  it('is no sign-off before anything was reviewed', async () => {
    const review = await openReview(sandbox, stories[0]?.patient ?? '')
    expect((await review.call('/api/review/sign-off', { ...review.sealed, mayWrite: false, language: 'en' })).status).toBe(400)
  })

  it('is kept as pending when the EHR refuses the note, and written once when it is tried again with the right to do so', async () => {
    const before = await openReview(sandbox, PANEL)
    const refused = await before.signOff({ mayWrite: true })
    expect(refused.signOffs[0]?.written).toEqual({ state: 'pending', because: 'The EHR does not allow this app to write documents.' })
    const again = refused.signOffs[0]?.id
    const writer = await openReview(sandbox, PANEL, 'session')
    const written = await writer.signOff({ mayWrite: true, again })
    expect(written.signOffs[0]?.written).not.toMatchObject({ state: 'pending' })
    expect(written.signOffs[0]).toMatchObject({
      id: again,
      written: { state: 'written', reference: expect.stringMatching(/^DocumentReference\//) },
    })
    const twice = await writer.signOff({ mayWrite: true, again })
    const reference = (of: typeof twice) => (of.signOffs[0]?.written.state === 'written' ? of.signOffs[0].written.reference : '')
    expect(reference(twice)).toBe(reference(written))
    const note = (await sandbox.readFhir(reference(written))) as { content: { attachment: { data: string } }[] }
    const text = Buffer.from(note.content[0]?.attachment.data ?? '', 'base64').toString('utf8')
    expect(text).toContain('Pharmacogenomic review')
    expect(text).toContain(before.flags[0]?.headline)
  })

  it('comes as a frozen page of what was told and of nothing else, without scripts, and that it was made is recorded', async () => {
    const review = await openReview(sandbox, PANEL)
    const { reportRequest: asked } = review
    const made = await review.call('/api/report', asked)
    const page = await made.text()
    expect([made.status, made.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page).toContain(asked.decision)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|javascript:|https?:\/\/| style=/)
    for (const flag of review.flags.slice(0, 3)) expect(page).toContain(flag.headline)
    const forged = { ...asked, content: { ...asked.content, facts: { ...asked.content.facts, medicines: [] } } }
    expect((await review.call('/api/report', forged)).status).toBe(400)
  })

  it('reports as data what the page says', async () => {
    const review = await openReview(sandbox, PANEL)
    const made = await review.call('/api/report', review.reportRequest, undefined, { accept: 'application/json' })
    expect([made.status, made.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    const report = (await made.json()) as Report
    const page = await (await review.call('/api/report', review.reportRequest)).text()
    const said = page
      .replace(/<[^>]+>/g, ' ')
      .replaceAll('&#39;', "'")
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
    const shown = said.replaceAll('&amp;', '&').replace(/\s+/g, ' ')
    const drugs = [...report.orders, ...report.medicines]
    const words = [
      ...drugs.flatMap(({ name, word, headline, advice, gaps }) => [
        name,
        word,
        headline ?? '',
        ...advice.map(({ text }) => text),
        ...gaps,
      ]),
      ...report.genes.flatMap(({ gene, genotype, from }) => [gene, genotype ?? '', ...from]),
      ...report.estimates.flatMap(({ title, model, limits }) => [title, model, ...limits]),
      ...report.notTested,
      ...report.gaps,
      report.decision,
      report.versions.rules,
    ]
    expect(drugs.length).toBeGreaterThan(3)
    expect(words.filter((one) => !shown.includes(one.replace(/\s+/g, ' ').trim()))).toEqual([])
  })

  it('is reported only to whoever may read the patient now', async () => {
    const { call, reportRequest } = await openReview(sandbox, PANEL)
    const other = await openReview(sandbox, stories[0]?.patient ?? '')
    expect((await call('/api/report', reportRequest, 'no-such-token')).status).toBe(401)
    expect((await call('/api/report', reportRequest, other.token)).status).toBe(401)
    expect((await other.call('/api/report', { ...reportRequest, patient: stories[0]?.patient })).status).toBe(400)
    expect((await call('/api/report', { ...reportRequest, fhirServer: 'https://evil.example/fhir' })).status).toBe(403)
  })

  it('leaves no note and no name readable in any file of the data folder', async () => {
    const { port } = new URL(sandbox.base) // the ledger's key of a patient holds the address of the FHIR server
    await sandbox.stop()
    const texts = filesUnder(dataDir).map((file) => readFileSync(file).toString('latin1'))
    expect(texts.length).toBeGreaterThan(0)
    for (const planted of ['Quillfeather', '5550199', 'half a tablet']) expect(texts.some((text) => text.includes(planted))).toBe(false)
    sandbox = await startSandbox({
      ATTUNE_DATA_DIR: dataDir,
      PORT: port,
      ...(place?.config.databaseUrl ? { DATABASE_URL: place.config.databaseUrl } : {}),
    })
    const kept = await (await openReview(sandbox, PANEL)).list()
    expect(kept.flags[0]?.history.at(-1)?.note).toBe(NOTE)
  }, 600_000)
})
