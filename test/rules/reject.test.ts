import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runMain } from '../cli/run-main.ts'
import { copyRules, type Json } from './broken-rules.ts'

let copy: ReturnType<typeof copyRules>
beforeEach(() => {
  copy = copyRules()
})
afterEach(() => copy.remove())

const pathOf = (file: string): string => join(copy.dir, file)
const read = (file: string): string => readFileSync(pathOf(file), 'utf8')
const write = (file: string, content: string | Buffer): void => writeFileSync(pathOf(file), content)
const edit = (file: string, change: (json: Json) => void): void => {
  const json: Json = JSON.parse(read(file))
  change(json)
  write(file, JSON.stringify(json))
}

const DRUG = 'guidance/siponimod.json'
const GENE = 'genes/CYP2D6.json'

/** Rules as they must not be, and the line by which they are refused: file, row, reason. */
const REJECTED: readonly { readonly title: string; readonly spoil: () => void; readonly says: string | RegExp }[] = [
  {
    title: 'a file that is cut',
    spoil: () => write(DRUG, read(DRUG).slice(0, -40)),
    says: /^guidance\/siponimod\.json \[-\]: not valid JSON/,
  },
  {
    title: 'a file that is not JSON',
    spoil: () => write(DRUG, 'id\tdrug\n1\tsiponimod\n'),
    says: /^guidance\/siponimod\.json \[-\]: not valid JSON/,
  },
  { title: 'a file that is empty', spoil: () => write(DRUG, ''), says: `${DRUG} [-]: the file is empty` },
  {
    title: 'a binary file',
    spoil: () => write(DRUG, Buffer.from([0x1f, 0x8b, 8, 0, 0, 0])),
    says: `${DRUG} [-]: the file is binary, not text`,
  },
  {
    title: 'a file that is not UTF-8',
    spoil: () => write(DRUG, Buffer.from([0x7b, 0xe9, 0x7d])),
    says: `${DRUG} [-]: the file is not UTF-8`,
  },
  {
    title: 'a byte order mark',
    spoil: () => write(DRUG, `\uFEFF${read(DRUG)}`),
    says: `${DRUG} [-]: the file starts with a byte order mark`,
  },
  {
    title: 'a line of 10 MB',
    spoil: () => write(DRUG, JSON.stringify({ drug: 'x'.repeat(10 * 1024 * 1024) })),
    says: /^guidance\/siponimod\.json \[-\]: \d+ bytes, more than the \d+ that a rule file may have$/,
  },
  {
    title: 'a member that no schema has',
    spoil: () => edit(DRUG, ({ rows }) => void Object.assign(rows[0], { dose: '1 mg' })),
    says: `${DRUG} [rows.0]: Unrecognized key: "dose"`,
  },
  {
    title: 'a member that is missing',
    spoil: () => edit(DRUG, ({ rows }) => void delete rows[0].guideline),
    says: /^guidance\/siponimod\.json \[rows\.0\.guideline\]: Invalid input/,
  },
  {
    title: 'a new member at the top of a table of another room',
    spoil: () => edit('test-first.json', (json) => void Object.assign(json, { urgent: [] })),
    says: /Unrecognized key: "urgent"/,
  },
  {
    title: 'a new member beside the facts outside the tables',
    spoil: () => edit('special.json', (json) => void Object.assign(json, { acenocoumarol: {} })),
    says: 'special.json [acenocoumarol]: unknown member: nobody reads it',
  },
  {
    title: 'a file that nobody reads',
    spoil: () => write('phenoconversions.json', '{"rows": []}'),
    says: 'phenoconversions.json [-]: not a file of the rules: nobody reads it',
  },
  {
    title: 'a file of another kind',
    spoil: () => write('guidance/siponimod.JSON', '{}'),
    says: 'guidance/siponimod.JSON [-]: not a .json file',
  },
  {
    title: 'an id that stands twice',
    spoil: () => edit(DRUG, ({ rows }) => void Object.assign(rows[1], { id: rows[0].id })),
    says: /^guidance\/siponimod\.json \[\w+\/siponimod\/\d+\]: this id is taken or retired$/,
  },
  {
    title: 'an allele that stands twice, of which JSON keeps the last',
    spoil: () => write(GENE, read(GENE).replace('"alleles": {', '"alleles": {"*4": {"function": "normal", "activity": "1.0"},')),
    says: /^genes\/CYP2D6\.json \[line \d+\]: "\*4" stands twice in one object: the first would be lost$/,
  },
  {
    title: 'a gene that no table knows',
    spoil: () => edit(DRUG, ({ rows }) => void Object.assign(rows[0], { genes: ['CYP2C99'] })),
    says: /^guidance\/siponimod\.json \[\w+\/siponimod\/1\]: unknown gene "CYP2C99"$/,
  },
  {
    title: 'an allele that no table knows',
    spoil: () => edit(DRUG, ({ rows }) => void Object.assign(rows[0], { when: [{ CYP2C9: ['*1/*999'] }] })),
    says: /: no CYP2C9 result has the key "\*1\/\*999"$/,
  },
  {
    title: 'a diplotype of three alleles',
    spoil: () => edit(DRUG, ({ rows }) => void Object.assign(rows[0], { when: [{ CYP2C9: ['*1/*2/*3'] }] })),
    says: /: no CYP2C9 result has the key "\*1\/\*2\/\*3"$/,
  },
  {
    title: 'a diplotype in an order in which no result names it',
    spoil: () => edit(DRUG, ({ rows }) => void Object.assign(rows[0], { when: [{ CYP2C9: ['*3/*2'] }] })),
    says: /: no CYP2C9 result has the key "\*3\/\*2"$/,
  },
  {
    title: 'a phenotype of another gene',
    spoil: () => edit(DRUG, ({ rows }) => void Object.assign(rows[0], { when: [{ CYP2C9: ['DF'] }] })),
    says: /: no CYP2C9 result has the key "DF"$/,
  },
  {
    title: 'a negative number of copies',
    spoil: () => edit(GENE, ({ alleles }) => void Object.assign(alleles, { '*1x-2': { function: 'increased', activity: '2.0' } })),
    says: 'genes/CYP2D6.json [CYP2D6]: allele "*1x-2": not a number of copies',
  },
  {
    title: 'no copies',
    spoil: () => edit(GENE, ({ alleles }) => void Object.assign(alleles, { '*1x0': { function: 'none', activity: '0.0' } })),
    says: 'genes/CYP2D6.json [CYP2D6]: allele "*1x0": not a number of copies',
  },
  {
    title: 'a negative activity',
    spoil: () => edit(GENE, ({ alleles }) => void Object.assign(alleles['*4'], { activity: '-0.5' })),
    says: /^genes\/CYP2D6\.json \[alleles\.\*4\.activity\]: Invalid string/,
  },
  {
    title: 'a pair of a drug that no table knows',
    spoil: () => edit('cpic-pairs.json', ({ rows }) => void Object.assign(rows[0], { drugs: ['abacavirum'] })),
    says: 'cpic-pairs.json [HLA-B abacavir]: unknown drug "abacavirum"',
  },
  {
    title: 'a pair under the code of another drug',
    spoil: () => edit('cpic-pairs.json', ({ rows }) => void Object.assign(rows[0], { rxcui: '519' })),
    says: 'cpic-pairs.json [HLA-B abacavir]: RxNorm 519 here, 190521 in drugs/ingredients.json',
  },
  {
    title: 'a pair that stands twice',
    spoil: () => edit('cpic-pairs.json', ({ rows }) => void rows.push(rows[0])),
    says: 'cpic-pairs.json [HLA-B abacavir]: stands twice',
  },
  {
    title: 'a level that CPIC does not have',
    spoil: () => edit('cpic-pairs.json', ({ rows }) => void Object.assign(rows[0], { level: 'A+' })),
    says: /^cpic-pairs\.json \[rows\.0\.level\]: Invalid option/,
  },
  {
    title: 'a link to itself',
    spoil: () => symlinkSync('loop.json', pathOf('guidance/loop.json')),
    says: 'guidance/loop.json [-]: cannot be read (ELOOP)',
  },
  {
    title: 'a link back to the rules folder',
    spoil: () => symlinkSync('..', pathOf('guidance/again')),
    says: 'guidance/again [-]: the link leads back to a folder that holds it',
  },
  {
    title: 'a link to nothing',
    spoil: () => symlinkSync('gone.json', pathOf('guidance/lost.json')),
    says: 'guidance/lost.json [-]: cannot be read (ENOENT)',
  },
  {
    title: 'an empty folder',
    spoil: () => {
      rmSync(copy.dir, { recursive: true })
      mkdirSync(copy.dir)
    },
    says: '- [-]: the folder holds no rule files',
  },
]

describe('rules that are refused', () => {
  it.each(REJECTED)('$title: with file, row and reason, exit status not 0, and nothing on standard output', async ({ spoil, says }) => {
    spoil()
    const { status, out, err } = await runMain('rules', 'check', copy.dir)
    expect({ status, out }).toEqual({ status: 1, out: '' })
    const lines = err.split('\n')
    expect(typeof says === 'string' ? lines.filter((line) => line === says) : lines.filter((line) => says.test(line))).not.toEqual([])
  })

  it('a folder that is not there', async () => {
    copy.remove()
    expect(await runMain('rules', 'check', copy.dir)).toMatchObject({ status: 1, out: '', err: expect.stringContaining('cannot be read') })
  })
})

describe('rules that are accepted', () => {
  it('as they stand, with notes for people beside them', async () => {
    write('README.md', 'Ours since 2026.')
    write('.gitkeep', '')
    expect((await runMain('rules', 'check', copy.dir)).status).toBe(0)
  })

  it('through links, as mounted configuration is made of them', async () => {
    const mounted = copyRules()
    rmSync(mounted.dir, { recursive: true })
    mkdirSync(mounted.dir)
    for (const name of ['guidance', 'genes', 'drugs']) symlinkSync(pathOf(name), join(mounted.dir, name))
    for (const name of readdirSync(copy.dir).filter((one) => one.endsWith('.json'))) symlinkSync(pathOf(name), join(mounted.dir, name))
    const { status } = await runMain('rules', 'check', mounted.dir)
    mounted.remove()
    expect(status).toBe(0)
  })
})
