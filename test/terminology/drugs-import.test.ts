import { hash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { drugs } from '../../src/cli/drugs.ts'
import type { Coding } from '../../src/contract/lineage.ts'
import { AttuneError } from '../../src/errors.ts'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { projectRoot } from '../../src/project-root.ts'
import { makeDrugIndex } from '../../src/terminology/drug-index.ts'
import { parseDrugMap, readDrugMap, writeDrugMap } from '../../src/terminology/drug-map.ts'
import { importRxnorm } from '../../src/terminology/rxnorm/import-rxnorm.ts'
import { tables } from './drug-tables.ts'
import { aRelease, ReleaseBuilder } from './rxnorm-release.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const NDC = 'http://hl7.org/fhir/sid/ndc'
const rx = (code: number): Coding => ({ system: RXNORM, code: String(code) })
const place = mkdtempSync(join(tmpdir(), 'drug-map-'))
const out = join(place, 'map.tsv')

afterEach(() => {
  vi.restoreAllMocks()
  for (const name of readdirSync(place)) rmSync(join(place, name), { recursive: true })
})

/** Runs the verb; gives back its status, what it said, and the map's text where one was written. */
const run = async (folder: string, more: Record<string, string | boolean> = {}) => {
  let said = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
  let told = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text)
    return true
  })
  try {
    const status = await drugs.run({ values: { out, ...more }, positionals: ['import', folder] })
    return { status, said, told, map: existsSync(out) ? readFileSync(out, 'utf8') : null }
  } finally {
    vi.restoreAllMocks()
  }
}

/** The drugs of a release by code, after import, in the index that the server uses. */
const indexOf = async (release: ReleaseBuilder) => {
  await run(release.write())
  return makeDrugIndex(tables, readDrugMap(out))
}
let standard: ReturnType<typeof indexOf> | null = null
/** The index of `aRelease`, made once. */
const theIndex = () => {
  standard ??= indexOf(aRelease())
  return standard
}
const named = (index: ReturnType<typeof makeDrugIndex>, ...codings: Coding[]) =>
  index.identify({ codings, text: null }).ingredients.map(({ name }) => name)

describe('a drug map from a release', () => {
  it.each<readonly [string, number, readonly string[]]>([
    ['an ingredient', 90000020, ['inventamab']],
    ['a salt', 236991, ['clopidogrel']],
    ['several ingredients', 817579, ['acetaminophen', 'codeine']],
    ['a brand', 90000002, ['clopidogrel']],
    ['a component', 90000012, ['acetaminophen']],
    ['a clinical drug', 90000022, ['inventamab']],
    ['a branded drug', 90000003, ['clopidogrel']],
    ['a clinical form', 90000004, ['clopidogrel']],
    ['a branded form', 90000005, ['clopidogrel']],
    ['a form group', 90000006, ['clopidogrel']],
    ['a combination of a drug with rules and one without', 90000024, ['clopidogrel', 'inventamab']],
    ['a generic pack', 90000014, ['acetaminophen', 'codeine', 'clopidogrel']],
    ['a branded pack', 90000015, ['acetaminophen', 'codeine', 'clopidogrel']],
  ])('%s leads to its ingredients', async (_kind, code, expected) => {
    expect(named(await theIndex(), rx(code)).sort()).toEqual([...expected].sort())
  })

  it('a code without relations stays unknown, and is counted', async () => {
    const { said } = await run(aRelease().write())
    expect(said).toContain('lead to no ingredient, and stay unknown: 1 SCD; retired ones: 1.')
    expect(named(makeDrugIndex(tables, readDrugMap(out)), rx(90000031))).toEqual([])
  })

  it('a combination of which one part leads nowhere is not given out as the other part', async () => {
    const release = aRelease()
      .concept(90000050, 'SCDC', 'something 5 MG')
      .concept(90000051, 'SCD', 'clopidogrel 75 MG / something 5 MG Oral Tablet')
      .relate(90000051, 'consists_of', 90000001)
      .relate(90000051, 'consists_of', 90000050)
    expect(named(await indexOf(release), rx(90000051))).toEqual([])
  })

  it('a substance without rules is known by name and code, and is no unmapped drug', async () => {
    const index = await theIndex()
    expect(index.identify({ codings: [rx(90000022)], text: null })).toEqual({
      text: '90000022',
      codings: [rx(90000022)],
      ingredients: [{ name: 'inventamab', rxcui: '90000020' }],
      how: 'rxnorm-product',
      flags: [],
    })
  })

  it.each(['00093718001', '0093-7180-01', '00093-7180-01', '000093718001'])('the NDC %s leads to its drug', async (code) => {
    const identity = (await theIndex()).identify({ codings: [{ system: NDC, code }], text: null })
    expect([identity.how, identity.ingredients.map(({ name }) => name)]).toEqual(['ndc', ['clopidogrel']])
  })

  it('ten digits without hyphens may be three NDCs, so none is chosen', async () => {
    expect(named(await theIndex(), { system: NDC, code: '0093718001' })).toEqual([])
  })

  it('ATC and SNOMED CT codes of the release lead to its drugs', async () => {
    const index = await theIndex()
    expect(named(index, { system: 'http://www.whocc.no/atc', code: 'L01XX99' })).toEqual(['inventamab'])
    expect(named(index, { system: 'http://snomed.info/sct', code: '999999006' })).toEqual(['inventamab'])
  })

  it('an NDC of two drugs is left out, and counted', async () => {
    const { said, map } = await run(aRelease().ndc(309362, '11111222233').ndc(90000022, '11111222233').write())
    expect(said).toContain('ndc: 2 codes, 1 left out.')
    expect(map).not.toContain('11111222233')
  })

  it.each([
    ['Lasting Relief Test 40mg', ['inventamab']],
    ['Testogrel 75', ['clopidogrel']],
    ['INVENTAMAB 40 MG', ['inventamab']],
    ['for lasting relief test of pain', []],
    ['a course of inventamab', []],
  ])('the text %s alone is %j: a name of the map counts where a text begins with it', async (text, expected) => {
    const identity = (await theIndex()).identify({ codings: [], text })
    expect(identity.ingredients.map(({ name }) => name)).toEqual(expected)
  })

  it('what the rules know is never overruled by names of the map', async () => {
    const release = aRelease().concept(90000060, 'BN', 'Codeine').relate(90000060, 'tradename_of', 90000020)
    expect((await indexOf(release)).identify({ codings: [], text: 'codeine 30 mg' }).ingredients.map(({ name }) => name)).toEqual([
      'codeine',
    ])
  })

  it('the strength of a product of the map is known: its name is RxNorm’s', async () => {
    expect((await theIndex()).product('90000022')).toEqual({
      rxcui: '90000022',
      tty: 'SCD',
      name: 'inventamab 40 MG Oral Tablet',
      ingredients: ['inventamab'],
    })
  })

  it('relations told from one side only are enough', async () => {
    const release = new ReleaseBuilder().concept(2670, 'IN', 'codeine').concept(90000020, 'IN', 'inventamab')
    release.concept(90000021, 'SCDC', 'inventamab 40 MG')
    const [, inverse = ''] = release.relate(90000021, 'has_ingredient', 90000020).lines().relations
    const folder = release.write()
    writeFileSync(join(folder, 'RXNREL.RRF'), `${inverse}\n`)
    await run(folder)
    expect(readDrugMap(out).codes.get('90000021')?.ingredients).toEqual(['90000020'])
  })

  it('relations of other sources and suppressed ones lead nowhere', async () => {
    const release = aRelease()
      .concept(90000070, 'SCDC', 'other 1 MG')
      .relate(90000070, 'has_ingredient', 32968, { sab: 'MTHSPL' })
      .concept(90000071, 'SCDC', 'other 2 MG')
      .relate(90000071, 'has_ingredient', 32968, { suppress: 'O' })
    const index = await indexOf(release)
    expect([named(index, rx(90000070)), named(index, rx(90000071))]).toEqual([[], []])
  })
})

describe('the same release gives the same bytes', () => {
  it('twice, in any order of lines, packed or not, in rrf/ or not', async () => {
    const bytes: (string | null)[] = []
    const inputs = (map: string | null): string => (map ?? '').replace(/^(input\t[^\t]*\t\d+).*$/gm, '$1').replace(/^end.*$/m, '')
    for (const how of [{}, {}, { gz: true }, { inner: 'rrf' }]) bytes.push((await run(aRelease().write(how))).map)
    expect(new Set(bytes).size).toBe(1)
    const turned = (await run(aRelease().write({ order: (lines) => lines.reverse() }))).map
    expect(inputs(turned)).toBe(inputs(bytes[0] ?? null))
  })

  it('the head names release, inputs and their SHA-256', async () => {
    const { map } = await run(aRelease().write())
    const lines = (map ?? '').split('\n')
    expect(lines.slice(0, 2)).toEqual(['attune-drug-map\t1', 'release\tRXNORM_TEST_1'])
    expect(lines[2]).toMatch(/^input\tRXNCONSO\.RRF\t\d+\t[0-9a-f]{64}$/)
  })

  it('--release names a release that the folder does not name', async () => {
    expect((await run(aRelease().write({ sab: false }))).map).toContain('release\tnot stated\n')
    expect((await run(aRelease().write({ sab: false }), { release: '2026-11-03' })).map).toContain('release\t2026-11-03\n')
  })

  it('progress goes to standard error', async () => {
    const { told } = await run(aRelease().write())
    expect(told).toMatch(/RXNCONSO\.RRF: \d+ lines, read to the end/)
  })
})

const refused = async (folder: string): Promise<string> => {
  try {
    await run(folder)
  } catch (error) {
    expect(readdirSync(place)).toEqual([])
    if (!(error instanceof AttuneError)) throw error
    expect([error.code, error.status]).toEqual(['input-unreadable', 400])
    return error.detail
  }
  throw new Error('the import was not refused')
}

const CONSO = 'RXNCONSO.RRF'
const REL = 'RXNREL.RRF'
const lineOf = (rxcui: number | string, atom: number, sab = 'RXNORM') => `${rxcui}|ENG||||||${atom}||||${sab}|IN|1|name||N||\n`

/** What is done to a whole release, and what the refusal says. */
const REJECTS: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
  ['no RXNCONSO', (folder) => rmSync(join(folder, CONSO)), /^RXNCONSO\.RRF: the folder does not hold it$/],
  ['no RXNREL', (folder) => rmSync(join(folder, REL)), /^RXNREL\.RRF: the folder does not hold it$/],
  ['no folder', (folder) => rmSync(folder, { recursive: true }), /there is no such folder$/],
  ['an empty file', (folder) => truncateSync(join(folder, CONSO)), /^RXNCONSO\.RRF: the file is empty$/],
  ['a file and its packed copy', (folder) => writeFileSync(join(folder, `${CONSO}.gz`), ''), /stands twice in the folder/],
  [
    'a line with too few columns',
    (folder) => appendFileSync(join(folder, CONSO), '5|ENG|\n'),
    /^RXNCONSO\.RRF: line \d+: 2 columns instead of 18$/,
  ],
  [
    'a line with too many columns',
    (folder) => appendFileSync(join(folder, REL), `${'|'.repeat(17)}\n`),
    /^RXNREL\.RRF: line \d+: 17 columns instead of 16$/,
  ],
  [
    'a file that ends within a line',
    (folder) => appendFileSync(join(folder, REL), '1||CUI|RO'),
    /^RXNREL\.RRF: line \d+: the file ends within this line$/,
  ],
  [
    'a binary file',
    (folder) => writeFileSync(join(folder, CONSO), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1])),
    /^RXNCONSO\.RRF: line 1: this is a binary file/,
  ],
  [
    'text that is not UTF-8',
    (folder) => appendFileSync(join(folder, CONSO), Buffer.from([0x41, 0xe9, 0x41, 0x0a])),
    /^RXNCONSO\.RRF: line \d+: it is not UTF-8 text$/,
  ],
  [
    'a line of 10 MB',
    (folder) => appendFileSync(join(folder, CONSO), 'x'.repeat(10_000_000)),
    /^RXNCONSO\.RRF: line \d+: the line is longer than 100000 characters$/,
  ],
  [
    'an atom that stands twice',
    (folder) => appendFileSync(join(folder, CONSO), lineOf(7, 5) + lineOf(8, 5)),
    /^RXNCONSO\.RRF: line \d+: the atom 5 stands twice$/,
  ],
  [
    'a code that is none',
    (folder) => appendFileSync(join(folder, CONSO), lineOf('C0001', 5)),
    /^RXNCONSO\.RRF: line \d+: the first column is no RxNorm code$/,
  ],
  [
    'a standing that is none',
    (folder) => appendFileSync(join(folder, CONSO), lineOf(7, 5).replace('|N|', '|Q|')),
    /the column SUPPRESS holds none of/,
  ],
  [
    'a relation to a code that is not there',
    (folder) => appendFileSync(join(folder, REL), '32968||CUI|RO|99999999||CUI|has_ingredient|||RXNORM||||N||\n'),
    /^RXNREL\.RRF: line \d+: the relation names the code 99999999, which RXNCONSO\.RRF does not hold$/,
  ],
  [
    'a code related to itself',
    (folder) => appendFileSync(join(folder, REL), '32968||CUI|RO|32968||CUI|form_of|||RXNORM||||N||\n'),
    /^RXNREL\.RRF: line \d+: the code 32968 is related to itself \(form_of\)$/,
  ],
  [
    'a packed file that is cut',
    (folder) => replacePacked(folder, (bytes) => bytes.subarray(0, bytes.length - 12)),
    /^RXNCONSO\.RRF: line \d+: the gzip file is cut$/,
  ],
  [
    'a packed file that is none',
    (folder) => replacePacked(folder, () => Buffer.from('no gzip')),
    /^RXNCONSO\.RRF: line 1: it is no gzip file/,
  ],
  [
    'a packed file without its ending',
    (folder) => writeFileSync(join(folder, CONSO), gzipSync('x')),
    /^RXNCONSO\.RRF: line 1: (this is a binary file|it is not UTF-8)/,
  ],
  [
    'a release without ingredients',
    (folder) => {
      writeFileSync(join(folder, CONSO), lineOf(7, 5, 'VANDF'))
      writeFileSync(join(folder, REL), '7||CUI|RO|7||CUI||||VANDF||||N||\n')
    },
    /^RXNCONSO\.RRF: no ingredient of RxNorm/,
  ],
  [
    'an NDC of no code',
    (folder) => appendFileSync(join(folder, 'RXNSAT.RRF'), '||||AUI||||NDC|RXNORM|1|N||\n'),
    /^RXNSAT\.RRF: line \d+: the first column is no RxNorm code$/,
  ],
]

const replacePacked = (folder: string, change: (bytes: Buffer) => Buffer): void => {
  const path = join(folder, CONSO)
  writeFileSync(`${path}.gz`, change(gzipSync(readFileSync(path))))
  rmSync(path)
}

describe('bad input', () => {
  it.each(REJECTS)('%s is refused with file, line and reason, and leaves no file behind', async (_name, spoil, reason) => {
    const folder = aRelease().write()
    spoil(folder)
    expect(await refused(folder)).toMatch(reason)
  })

  it('a release that knows no drug of the rules is refused', async () => {
    const release = new ReleaseBuilder().concept(90000020, 'IN', 'inventamab').concept(90000021, 'PIN', 'inventamab sodium')
    expect(await refused(release.relate(90000021, 'form_of', 90000020).write())).toMatch(/no drug of the rules is in it/)
  })

  it('relations that go round in a circle are refused', async () => {
    const release = aRelease().concept(90000080, 'SCD', 'one 12 HR').concept(90000081, 'SCD', 'two 24 HR')
    release.relate(90000080, 'quantified_form_of', 90000081).relate(90000081, 'quantified_form_of', 90000080)
    expect(await refused(release.write())).toMatch(/^RXNREL\.RRF: line \d+: the relations of the code 9000008\d go round in a circle$/)
  })

  it('a place that cannot be written is refused, and nothing is left there', async () => {
    mkdirSync(out)
    await expect(run(aRelease().write())).rejects.toThrow(/cannot be written/)
    expect(readdirSync(place)).toEqual(['map.tsv'])
  })

  it('a map of an earlier import stays when the next import fails', async () => {
    await run(aRelease().write())
    const before = readFileSync(out, 'utf8')
    const folder = aRelease().write()
    truncateSync(join(folder, REL))
    await expect(run(folder)).rejects.toThrow(AttuneError)
    expect(readFileSync(out, 'utf8')).toBe(before)
  })
})

/** A release that takes a code of the rules (clopidogrel 75 MG) for codeine. */
const contradicting = () =>
  new ReleaseBuilder()
    .concept(2670, 'IN', 'codeine')
    .concept(90000011, 'SCDC', 'codeine 30 MG')
    .relate(90000011, 'has_ingredient', 2670)
    .concept(309362, 'SCD', 'codeine 30 MG Oral Tablet')
    .relate(309362, 'consists_of', 90000011)

describe('a release that contradicts the rules', () => {
  it('is not written: the codes are named, and the status is 1', async () => {
    const { status, said, map } = await run(contradicting().write())
    expect({ status, map }).toEqual({ status: 1, map: null })
    expect(said).toContain('309362 is clopidogrel in the rules and codeine in the release')
  })

  it('is written when the site accepts that; the rules win for these codes', async () => {
    const { status } = await run(contradicting().write(), { 'accept-conflicts': true })
    expect([status, named(makeDrugIndex(tables, readDrugMap(out)), rx(309362))]).toEqual([0, ['clopidogrel']])
    expect(() => loadKnowledge(join(projectRoot, 'rules'), out)).not.toThrow()
  })

  it('stops the start when nobody accepted it', async () => {
    await run(contradicting().write(), { 'accept-conflicts': true })
    const text = readFileSync(out, 'utf8')
    const map = parseDrugMap(text, out)
    writeFileSync(out, writeDrugMap({ ...map, accepted: [] }))
    expect(() => loadKnowledge(join(projectRoot, 'rules'), out)).toThrow(/contradicts the rules in 1 codes[\s\S]*309362 is clopidogrel/)
  })

  it('a filler with another name is no contradiction', async () => {
    const release = new ReleaseBuilder().concept(2670, 'IN', 'codeine').concept(90000090, 'IN', 'guaifenesin, invented')
    const product = tables.products.find(
      ({ ingredients }) => ingredients.length === 2 && ingredients.includes('codeine') && ingredients.includes('guaifenesin'),
    )
    release.concept(90000091, 'SCDC', 'a').relate(90000091, 'has_ingredient', 2670)
    release.concept(90000092, 'SCDC', 'b').relate(90000092, 'has_ingredient', 90000090)
    const rxcui = Number(product?.rxcui)
    release.concept(rxcui, 'SCD', 'c').relate(rxcui, 'consists_of', 90000091).relate(rxcui, 'consists_of', 90000092)
    const { status, said } = await run(release.write())
    expect([status, said.includes('1 differ in substances that no rule speaks of, 0 contradict')]).toEqual([0, true])
  })

  it('an ingredient code that the release gives to another drug of the rules is a contradiction', async () => {
    const release = new ReleaseBuilder().concept(2670, 'IN', 'codeine').concept(32968, 'IN', 'warfarin').concept(90000001, 'PIN', 'a salt')
    const { status, said } = await run(release.relate(90000001, 'form_of', 2670).write())
    expect([status, said.includes('32968 is clopidogrel in the rules and warfarin in the release')]).toEqual([1, true])
  })

  it('an ingredient that the release calls by a name unknown here is told, for a person to look at', async () => {
    const { status, said } = await run(aRelease().concept(11289, 'IN', 'warfarinum inventum').write())
    expect(status).toBe(0)
    expect(said).toContain('to be looked at:\n11289 is warfarin in the rules and warfarinum inventum in the release')
  })

  it('drugs of the rules that the release does not know are named', async () => {
    expect((await run(aRelease().write())).said).toMatch(/^Not found: .*warfarin/m)
  })
})

describe('a map that the server starts with', () => {
  const made = async (): Promise<string> => {
    await run(aRelease().write())
    return readFileSync(out, 'utf8')
  }

  it('gives the knowledge another version', async () => {
    await made()
    const rules = join(projectRoot, 'rules')
    const { version } = loadKnowledge(rules, out)
    expect(version).toMatch(/\+drug-map:[0-9a-f]{64}$/)
    expect(version.startsWith(loadKnowledge(rules).version)).toBe(true)
  })

  it.each<readonly [string, (text: string) => string, RegExp]>([
    ['is something else', () => '{}', /this is no drug map of this version/],
    ['is of another version', (text) => text.replace('map\t1', 'map\t2'), /this is no drug map of this version/],
    ['is cut', (text) => text.slice(0, text.length / 2), /the file is cut/],
    ['lost a line', (text) => text.replace(/^C\t236991.*\n/m, ''), /the file was changed after it was made/],
    ['was edited', (text) => text.replace('inventamab', 'inventimab'), /the file was changed after it was made/],
  ])('is refused when it %s', async (_how, spoil, reason) => {
    const text = spoil(await made())
    expect(() => parseDrugMap(text, 'map.tsv')).toThrow(reason)
  })

  it.each([
    ['I\t5', /line 2: 2 columns instead of 3/],
    ['Z\t5\tx', /line 2: this kind of line is not known/],
    ['I\tabc\tx', /line 2: an ingredient needs/],
    ['C\t6\tSCD\t5\tx', /line 2: the ingredient 5 of 6 is not in the map/],
    ['X\tndc\t00000000001\t5', /line 2: the RxNorm code 5 is not in the map/],
    ['X\tgpi\t1\t5', /line 2: a code of another system needs/],
  ])('is refused for the line %j although its hash is right', (line, reason) => {
    const body = `attune-drug-map\t1\n${line}\n`
    expect(() => parseDrugMap(`${body}end\t1\t${hash('sha256', body)}\n`, 'm')).toThrow(reason)
  })

  it('that is not there stops the start with its path', () => {
    expect(() => loadKnowledge(join(projectRoot, 'rules'), '/nowhere/map.tsv')).toThrow(
      'drug map /nowhere/map.tsv: it cannot be read (ENOENT)',
    )
  })
})

describe('laws', () => {
  const cell = fc.constantFrom('32968', '161', '', 'RXNORM', 'IN', 'SCD', 'N', 'has_ingredient', 'CUI', 'x', '\u0000', 'é')
  const line = (columns: number) => fc.array(cell, { minLength: columns - 1, maxLength: columns + 1 }).map((cells) => `${cells.join('|')}|`)

  it('whatever stands in the files, the import ends with a map that can be read, or is refused by file and reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line(18), { maxLength: 4 }), fc.array(line(16), { maxLength: 4 }), async (concepts, relations) => {
        const folder = aRelease().write()
        appendFileSync(join(folder, CONSO), concepts.map((one) => `${one}\n`).join(''))
        appendFileSync(join(folder, REL), relations.map((one) => `${one}\n`).join(''))
        try {
          const { map } = await importRxnorm(folder, null, () => undefined)
          expect(parseDrugMap(writeDrugMap(map), 'm').codes.size).toBe(map.codes.size)
        } catch (error) {
          if (!(error instanceof AttuneError)) throw error
          expect(error.detail).toMatch(/^RXN(CONSO|REL)\.RRF: line \d+: /)
        } finally {
          rmSync(folder, { recursive: true })
        }
      }),
      { numRuns: 60 },
    )
  })
})
