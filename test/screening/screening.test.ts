import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadScreening } from '../../src/cli/screen/load-screening.ts'
import type { CardsResponse } from '../../src/contract/cards.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { composeOffline } from '../../src/engine.ts'
import { readHookRequest } from '../../src/hooks/request.ts'
import { estimatePerson } from '../../src/risk/estimate.ts'
import { scoreMany } from '../../src/risk/inference/score-many.ts'
import { csvCell } from '../../src/screening/outputs.ts'
import type { Problem } from '../../src/screening/spread-file.ts'
import type { NotAssessed, PatientLine, WorklistRow } from '../../src/screening/worklist.ts'
import { makePerson } from '../../tools/population/person.ts'
import {
  type Engine,
  type Lines,
  linesOf,
  manifestOf,
  NOW,
  newFolder,
  peopleLines,
  type Ran,
  removeFolders,
  screenHere,
  writeExport,
} from './export-folder.ts'

/** Others may use the machine: a limit is there to end what hangs. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const PEOPLE = 40

let engine: Engine
let lines: Record<string, string[]>
let ran: Ran

beforeAll(async () => {
  engine = await loadScreening({})
  lines = peopleLines('screening', 1, PEOPLE)
  ran = await screenHere(engine, writeExport(lines, manifestOf(lines)))
})
afterAll(async () => {
  await engine.kit.models.close()
  removeFolders()
})

/** A site of another country. */
const elsewhere = (): string => {
  const path = join(newFolder(), 'attune.json')
  writeFileSync(path, JSON.stringify({ country: 'NL' }))
  return path
}

const rowsIn = ({ files }: Ran): WorklistRow[] => linesOf(files['worklist.ndjson'])
const patientsIn = ({ files }: Ran): PatientLine[] => linesOf(files['patients.ndjson'])
const missedIn = ({ files }: Ran): NotAssessed[] => linesOf(files['not-assessed.ndjson'])
const problemsIn = ({ files }: Ran): Problem[] => linesOf(files['problems.ndjson'])

/** Results but for the summary, whose plan names the input. */
const results = ({ files }: Ran): Record<string, string> => {
  const { 'summary.json': _, ...rest } = files
  return rest
}

describe('A screening', () => {
  it('says of every patient exactly one thing, and the sums hold', () => {
    const said = patientsIn(ran)
    expect(said.map(({ patient }) => patient)).toEqual(
      Array.from({ length: PEOPLE }, (_, n) => `Patient/p${String(n + 1).padStart(7, '0')}`),
    )
    const { states, patients, rows, problems } = ran.summary
    expect({ patients, problems, sum: states.worklist + states['nothing-to-say'] + states['not-assessed'] }).toEqual({
      patients: PEOPLE,
      problems: 0,
      sum: PEOPLE,
    })
    expect(states.worklist).toBeGreaterThan(0)
    expect(states['not-assessed']).toBeGreaterThan(0)
    expect(said.filter(({ state }) => state === 'worklist').map(({ patient }) => patient)).toEqual(
      [...new Set(rowsIn(ran).map(({ patient }) => patient))].sort(),
    )
    expect(rows).toBe(said.reduce((sum, one) => sum + one.rows, 0))
    expect(ran.faults).toBe(0)
  })

  it('gives each who is not assessed a reason, and never calls a drug with guidance and no result fine', () => {
    const reasons = missedIn(ran)
    for (const { patient } of patientsIn(ran).filter(({ state }) => state === 'not-assessed'))
      expect(reasons.filter((one) => one.patient === patient && one.because !== '')).not.toEqual([])
    const tested = new Set((lines['DiagnosticReport.ndjson'] ?? []).map((line) => JSON.parse(line).subject.reference))
    const changed = patientsIn(ran).filter(({ code }) => code === 'no-change')
    expect(changed.filter(({ patient }) => !tested.has(patient))).toEqual([])
  })

  it('is sorted by urgency', () => {
    const order = rowsIn(ran).map(({ when, indicator }) => `${when === 'now' ? 0 : 1}${['critical', 'warning', 'info'].indexOf(indicator)}`)
    expect(order).toEqual([...order].sort())
  })

  it('writes the same bytes whatever the order of lines, the cut of files, their compression and the size of parts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.constantFrom(20_000, 300_000),
        async (seed, cut, gz, partBytes) => {
          const shuffled: Record<string, string[]> = {}
          for (const [name, own] of Object.entries(lines)) {
            const keyed = own.map((line, at) => ({ line, key: Math.imul(at + 1, seed | 1) >>> 0 })).sort((a, b) => a.key - b.key)
            for (let part = 0; part < cut; part += 1)
              shuffled[`${part}.${name}${gz ? '.gz' : ''}`] = keyed.filter((_, at) => at % cut === part).map(({ line }) => line)
          }
          const manifest = {
            request: `https://x.example/$export?_type=${Object.keys(lines).map((name) => name.split('.')[0])}`,
            output: [],
          }
          const other = await screenHere(engine, writeExport(shuffled, manifest), { partBytes })
          expect(results(other)).toEqual(results(ran))
        },
      ),
      { numRuns: process.env.ATTUNE_TEST_WHOLE ? 25 : 2 },
    )
  })

  it('says of a patient alone what it says of the patient among others', async () => {
    const numbers = [...new Set(rowsIn(ran).map(({ patient }) => Number(patient.slice(-7))))].slice(
      0,
      process.env.ATTUNE_TEST_WHOLE ? 60 : 4,
    )
    for (const number of numbers) {
      const own = peopleLines('screening', number, number)
      const alone = await screenHere(engine, writeExport(own, manifestOf(own)))
      const patient = `Patient/p${String(number).padStart(7, '0')}`
      expect(rowsIn(alone)).toEqual(rowsIn(ran).filter((row) => row.patient === patient))
      expect(patientsIn(alone)).toEqual(patientsIn(ran).filter((line) => line.patient === patient))
      expect(linesOf(alone.files['estimates.ndjson'])).toEqual(
        linesOf<{ patient: string }>(ran.files['estimates.ndjson']).filter((line) => line.patient === patient),
      )
    }
  })

  it('takes a type that the export does not hold for unread, not for empty', async () => {
    const { 'MedicationRequest.ndjson': _, ...without } = lines
    const blind = await screenHere(engine, writeExport(without))
    expect(blind.summary.states).toEqual({ worklist: expect.any(Number), 'nothing-to-say': 0, 'not-assessed': expect.any(Number) })
    expect(rowsIn(blind).filter(({ when }) => when === 'now')).toEqual([])
    expect(missedIn(blind).filter(({ code, about }) => code === 'not-asked' && about === 'medicines')).toHaveLength(PEOPLE)
  })
})

describe('Lines that cannot be used', () => {
  const good = (): Record<string, string[]> => Object.fromEntries(Object.entries(lines).map(([name, own]) => [name, [...own]]))
  const MARKER = 'Zanzibar-Quux'
  const observation = (more: object): string =>
    JSON.stringify({ resourceType: 'Observation', id: MARKER, status: 'final', code: { text: MARKER }, ...more })

  it('cost only themselves, and are named by file and line without their content', async () => {
    const bad = good()
    const first = bad['Observation.ndjson'] ?? []
    const at = first.length
    bad['Observation.ndjson'] = [
      ...first,
      `{"resourceType":"Observation","id":"${MARKER}","subj`,
      observation({ subject: { reference: 'Patient/p0000001' }, note: [{ text: 'x'.repeat(1_000_001) }] }),
      JSON.stringify({ resourceType: 'Condition', id: MARKER, subject: { reference: 'Patient/p0000001' } }),
      observation({}),
      observation({ subject: { reference: 'Patient/stranger' } }),
      '[]',
      '   ',
      observation({ subject: { reference: 'Device/1' } }),
      JSON.stringify({ id: MARKER }),
    ]
    bad['Patient.ndjson'] = [...(bad['Patient.ndjson'] ?? []), JSON.stringify({ resourceType: 'Patient' })]
    bad['extra.ndjson'] = [JSON.stringify({ resourceType: 'Zebra', id: MARKER }), JSON.stringify({ resourceType: 'Location', id: MARKER })]
    const spoilt = await screenHere(engine, writeExport(bad, manifestOf(lines)))
    const line = (offset: number) => at + offset
    expect(problemsIn(spoilt)).toEqual([
      { file: 'Observation.ndjson', line: line(1), code: 'not-json' },
      { file: 'Observation.ndjson', line: line(2), code: 'too-long' },
      { file: 'Observation.ndjson', line: line(3), code: 'wrong-type' },
      { file: 'Observation.ndjson', line: line(4), code: 'no-patient' },
      { file: 'Observation.ndjson', line: line(5), code: 'foreign-patient' },
      { file: 'Observation.ndjson', line: line(6), code: 'not-a-resource' },
      { file: 'Observation.ndjson', line: line(8), code: 'no-patient' },
      { file: 'Observation.ndjson', line: line(9), code: 'not-a-resource' },
      { file: 'Patient.ndjson', line: PEOPLE + 1, code: 'no-id' },
      { file: 'extra.ndjson', line: 1, code: 'unknown-type' },
    ])
    expect(rowsIn(spoilt)).toEqual(rowsIn(ran))
    expect(patientsIn(spoilt)).toEqual([
      ...patientsIn(ran),
      {
        patient: 'Patient/stranger',
        state: 'not-assessed',
        code: 'no-patient-resource',
        because: 'The export holds entries of this patient and no Patient resource.',
        rows: 0,
        notAssessed: 1,
      },
    ])
    expect(spoilt.summary.lines.unread).toEqual({ Location: 1, Organization: 1 })
    expect(JSON.stringify(spoilt.files)).not.toContain(MARKER)
  })

  it('leave it open what a cut file held: everybody’s medicines are then not known to be all', async () => {
    const cut = good()
    const folder = writeExport(
      { ...cut, 'Patient.ndjson': cut['Patient.ndjson'] ?? [] },
      { ...manifestOf(cut), output: [{ type: 'MedicationRequest', url: 'MedicationRequest.ndjson', count: 1_000_000 }] },
    )
    const short = await screenHere(engine, folder)
    expect(problemsIn(short)).toEqual([{ file: 'MedicationRequest.ndjson', line: null, code: 'count-differs' }])
    expect(missedIn(short).filter(({ about, code }) => about === 'medicines' && code === 'incomplete')).toHaveLength(PEOPLE)
    expect(short.summary.states['nothing-to-say']).toBe(0)
    expect(rowsIn(short).map(({ patient, drug, genes }) => [patient, drug, genes])).toEqual(
      rowsIn(ran).map(({ patient, drug, genes }) => [patient, drug, genes]),
    )
  })

  it('leave it open what a file held that the manifest names and that is not there', async () => {
    const { 'MedicationRequest.ndjson': medicines = [], ...rest } = good()
    const half = { ...rest, 'MedicationRequest.1.ndjson': medicines.slice(0, 5) }
    const named = { ...half, 'MedicationRequest.2.ndjson': [] }
    for (const there of [half, rest]) {
      const short = await screenHere(engine, writeExport(there, manifestOf(named)))
      expect(short.summary.states['nothing-to-say']).toBe(0)
      expect(missedIn(short).filter(({ about, code }) => about === 'medicines' && code === 'incomplete')).toHaveLength(PEOPLE)
    }
  })

  it('that were compressed since the manifest was written are the files that it names', async () => {
    const compressed = Object.fromEntries(Object.entries(lines).map(([name, own]) => [`${name}.gz`, own]))
    const same = await screenHere(engine, writeExport(compressed, manifestOf(lines)))
    expect([rowsIn(same), same.summary.states]).toEqual([rowsIn(ran), ran.summary.states])
  })

  it('do not make a type empty of which the server may have failed to export anything', async () => {
    const { 'MedicationRequest.ndjson': _, ...without } = good()
    const failed = { ...manifestOf(without), error: [{ type: 'OperationOutcome', url: 'https://files.example/x/errors.ndjson' }] }
    const blind = await screenHere(engine, writeExport(without, failed))
    expect(blind.summary.states['nothing-to-say']).toBe(0)
    expect(missedIn(blind).filter(({ about, code }) => about === 'medicines' && code === 'not-asked')).toHaveLength(PEOPLE)
  })

  it('leave it open what the server may have failed to export: every type is named, with every patient and in every row', async () => {
    const failed = { ...manifestOf(lines), error: [{ type: 'OperationOutcome', url: 'https://files.example/x/errors.ndjson' }] }
    const doubted = await screenHere(engine, writeExport(lines, failed))
    const said = missedIn(doubted).filter(({ code }) => code === 'export-errors')
    const living = patientsIn(doubted).filter(({ code }) => code !== 'deceased')
    expect(said.map(({ patient }) => patient)).toEqual(living.map(({ patient }) => patient))
    expect(living.filter(({ state }) => state === 'nothing-to-say')).toEqual([])
    expect(said[0]).toMatchObject({ about: expect.stringMatching(/AllergyIntolerance, .*MedicationRequest, .*Observation/) })
    expect(said[0]?.because).toBe('The export reported errors. Some of this may be missing.')
    expect(rowsIn(doubted).length).toBeGreaterThan(0)
    expect(rowsIn(doubted).filter(({ gaps }) => !gaps.some((one) => one.includes('The export reported errors.')))).toEqual([])
  })

  it('leave it open of the types alone of which the server says so', async () => {
    const failed = { ...manifestOf(lines), error: [{ type: 'Condition', url: 'https://files.example/x/errors.ndjson' }] }
    const doubted = await screenHere(engine, writeExport(lines, failed))
    expect([...new Set(missedIn(doubted).flatMap(({ about, code }) => (code === 'export-errors' ? [about] : [])))]).toEqual(['Condition'])
  })

  it('end a gzip of several members at one whose beginning is damaged, and that is said', async () => {
    const { gzipSync } = await import('node:zlib')
    const folder = writeExport(lines, manifestOf(lines))
    const [one, other] = [gzipSync('\n'), gzipSync((lines['Condition.ndjson'] ?? []).join('\n'))]
    const damaged = Buffer.concat([Buffer.from([0]), other.subarray(1)])
    writeFileSync(join(folder, 'Condition.damaged.ndjson.gz'), Buffer.concat([one, damaged]))
    writeFileSync(join(folder, 'Condition.filled-up.ndjson.gz'), Buffer.concat([one, Buffer.alloc(512)]))
    writeFileSync(join(folder, 'Condition.hole.ndjson.gz'), Buffer.concat([one, Buffer.alloc(100_000), other]))
    writeFileSync(join(folder, 'Condition.filled-up-more.ndjson.gz'), Buffer.concat([one, Buffer.alloc(100_000)]))
    expect(problemsIn(await screenHere(engine, folder))).toEqual([
      { file: 'Condition.damaged.ndjson.gz', line: null, code: 'file-cut' },
      { file: 'Condition.hole.ndjson.gz', line: null, code: 'file-cut' },
    ])
  })

  it('are not screened by a worker of another configuration: one list would be of two kinds', async () => {
    const other = { ...engine, settings: (await loadScreening({ ATTUNE_CONFIG: elsewhere() })).settings }
    const folder = writeExport(lines, manifestOf(lines))
    const mixed = screenHere(other, folder, {}, engine)
    await expect(mixed).rejects.toThrow('this worker has another configuration than the run was begun with')
  })

  it('end a corrupt gzip where it breaks, and that is said', async () => {
    const { gzipSync } = await import('node:zlib')
    const folder = writeExport(lines, manifestOf(lines))
    const zipped = gzipSync((lines['Condition.ndjson'] ?? []).join('\n'))
    writeFileSync(join(folder, 'Condition.more.ndjson.gz'), zipped.subarray(0, zipped.length - 20))
    const broken = await screenHere(engine, folder)
    expect(problemsIn(broken).at(-1)).toEqual({ file: 'Condition.more.ndjson.gz', line: null, code: 'file-cut' })
    expect(broken.summary.patients).toBe(PEOPLE)
  })

  it('make a record that is too large a patient who is not assessed, and nothing else', async () => {
    const large = good()
    const weight = { system: 'http://loinc.org', code: '29463-7' }
    large['Observation.ndjson'] = [
      ...(large['Observation.ndjson'] ?? []),
      ...Array.from({ length: 25 }, (_, n) =>
        JSON.stringify({
          resourceType: 'Observation',
          id: `big${n}`,
          status: 'final',
          code: { coding: [weight], text: 'y'.repeat(100_000) },
          subject: { reference: 'Patient/p0000002' },
        }),
      ),
    ]
    const heavy = await screenHere(engine, writeExport(large, manifestOf(large)))
    expect(patientsIn(heavy).find(({ patient }) => patient === 'Patient/p0000002')).toMatchObject({
      state: 'not-assessed',
      code: 'record-too-large',
    })
    expect(patientsIn(heavy).filter(({ patient }) => patient !== 'Patient/p0000002')).toEqual(
      patientsIn(ran).filter(({ patient }) => patient !== 'Patient/p0000002'),
    )
  })
})

const CHARTS = 'src/sandbox/patients'

type Chart = { readonly id: string; readonly resources: FhirResource[] }

const charts = (): Chart[] =>
  readdirSync(CHARTS)
    .filter((name) => /^p\d+-/.test(name))
    .map((name) => {
      const resources = (JSON.parse(readFileSync(join(CHARTS, name), 'utf8')).entry as { resource: FhirResource }[]).map(
        ({ resource }) => resource,
      )
      return { id: resources.find(({ resourceType }) => resourceType === 'Patient')?.id ?? '', resources }
    })

const exportOf = (all: readonly Chart[]): Lines => {
  const found: Record<string, string[]> = {}
  for (const type of ['Procedure', 'ServiceRequest', 'FamilyMemberHistory']) found[`${type}.ndjson`] = []
  for (const resource of all.flatMap(({ resources }) => resources)) {
    const own = found[`${resource.resourceType}.ndjson`] ?? []
    own.push(JSON.stringify(resource))
    found[`${resource.resourceType}.ndjson`] = own
  }
  return found
}

describe('The worklist over the charts of the sandbox', () => {
  it('names the medicines that the card of an opened chart names, as urgently', async () => {
    const all = charts()
    expect(all.length).toBeGreaterThan(10)
    const own = exportOf(all)
    const screened = await screenHere(engine, writeExport(own, manifestOf(own)))
    const offline = await composeOffline({})
    const service = offline.services.find(({ id }) => id === 'pgx-patient-view')
    if (!service) throw new Error('the service is gone')
    try {
      for (const { id, resources } of all) {
        const prefetch = Object.fromEntries(
          Object.entries(service.prefetch).map(([key, query]) => {
            const type = /^[A-Za-z]+/.exec(query)?.[0]
            const entry = resources
              .filter(({ resourceType }) => resourceType === type || resourceType === 'Medication')
              .map((resource) => ({ resource }))
            return [
              key,
              type === 'Patient'
                ? resources.find(({ resourceType }) => resourceType === 'Patient')
                : { resourceType: 'Bundle', type: 'searchset', entry },
            ]
          }),
        )
        const body = { hook: 'patient-view', hookInstance: 'a', context: { userId: 'Practitioner/1', patientId: id }, prefetch }
        const { response, decision } = await offline.run(service, readHookRequest(body, service))
        const told = decision.traces.filter(({ concern }) => concern === 'guidance')
        const marks = [...new Set(told.flatMap(({ concerns }) => concerns.map(({ drug }) => drug)))].sort()
        const rows = rowsIn(screened).filter(({ patient, when }) => patient === `Patient/${id}` && when === 'now')
        expect([id, [...new Set(rows.map(({ drug }) => drug))].sort()]).toEqual([id, marks])
        const card = (response as CardsResponse).cards.find(({ uuid }) => told.some((trace) => trace.card === uuid))
        expect([id, rows[0]?.indicator]).toEqual([id, card?.indicator])
        for (const { headline } of rows.slice(0, 1)) expect(`${card?.summary} ${card?.detail}`).toContain(headline)
      }
    } finally {
      await offline.thinking.kit.models.close()
    }
    expect(rowsIn(screened).length).toBeGreaterThan(5)
    const byName = (name: string) => rowsIn(screened).find(({ drug, when }) => drug === name && when === 'now')
    expect(byName('clopidogrel') ?? rowsIn(screened)[0]).toMatchObject({ source: 'CPIC', finding: expect.stringMatching(/^[0-9a-f]{16}$/) })
  })
})

describe('Estimates of many', () => {
  it('are those of each, for every model that answers', async () => {
    const people = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const resources = makePerson('many', n + 1)
        const questions = Object.entries(engine.kit.questions).map(
          ([key, query]) => ({ key, query, from: 'prefetch', state: 'answered', resources: 1 }) as const,
        )
        const facts = await engine.kit.understand({
          patientId: resources[0]?.id ?? '',
          now: NOW,
          resources,
          questions,
          draftOrders: [],
          selections: null,
          adviceOnly: true,
        })
        return { facts, calls: [], models: engine.kit.models.all.filter(({ manifest }) => manifest.drugs.length === 0) }
      }),
    )
    const together = await scoreMany(engine.kit.models, people)
    let numbers = 0
    for (const [n, { facts, calls }] of people.entries()) {
      const alone = await estimatePerson(engine.kit.models, facts, calls)
      numbers += alone.filter(({ state }) => state === 'estimated').length
      expect(
        together[n]?.map((one) => [
          one.model,
          one.question,
          one.state === 'estimated' ? one.value : one.code,
          one.state === 'estimated' ? one.sha256 : null,
        ]),
      ).toEqual(
        alone.map((one) => [
          one.model.id,
          one.question,
          one.state === 'estimated' ? Number(one.value.toPrecision(6)) : one.because[0]?.code,
          one.state === 'estimated' ? one.model.sha256 : null,
        ]),
      )
    }
    expect(numbers).toBeGreaterThan(5)
  })
})

describe('A cell of the table', () => {
  it('is text in a spreadsheet, whatever it begins with, and comes back from the file as it went in', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cell = csvCell(text)
        const read = cell.slice(1, -1).replaceAll('""', '"')
        expect(cell).toMatch(/^"(?:[^"]|"")*"$/)
        expect(read).not.toMatch(/^[=+\-@\t\r]/)
        expect(read.replace(/^'/, '')).toBe(text.replace(/^'/, '').replace(/[\r\n\u2028\u2029]+/g, ' '))
      }),
    )
    expect(csvCell('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"')
  })
})
