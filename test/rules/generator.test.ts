import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { giveIds, readOldIds } from '../../tools/rules/guidance-rows.ts'
import { makeRules } from '../../tools/rules/make-rules.ts'
import { baseName, brandOf, substancesOf } from '../../tools/rules/product-names.ts'
import { layOut } from '../../tools/rules/write-rules.ts'
import { RULES } from './broken-rules.ts'

/** Folder of the reference tables; not part of this repository. */
const reference = process.env.ATTUNE_REFERENCE

const filesOf = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  )

describe('making the rules again', () => {
  const dir = mkdtempSync(join(tmpdir(), 'attune-made-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it.skipIf(reference === undefined)(
    'gives the committed files byte for byte (runs where ATTUNE_REFERENCE names the reference tables)',
    () => {
      cpSync(RULES, dir, { recursive: true })
      makeRules(reference ?? '', dir)
      expect(filesOf(dir)).toEqual(filesOf(RULES))
    },
  )
})

describe('ids of guidance rows', () => {
  const old = readOldIds(RULES)
  const draft = (drug: string, key: string, actions: readonly string[]) =>
    ({
      source: 'CPIC',
      drug,
      genes: ['CYP2C19'],
      when: [{ CYP2C19: [key] }],
      strength: 'Strong',
      actions,
      effect: ['normal'],
      risk: null,
      guideline: { id: 'PA1', url: 'https://www.clinpgx.org/guidelineAnnotation/PA1', year: 2030, pmid: [], asOf: '2030-01' },
      standing: 'advice',
    }) as const

  it('a new row gets the next number of its drug', () => {
    const highest = old.ids.highest.get('cpic/clopidogrel') ?? 0
    expect(giveIds([draft('clopidogrel', 'PM', ['avoid'])], (drug) => drug, old.ids).map((row) => row.id)).toEqual([
      `cpic/clopidogrel/${highest + 1}`,
    ])
  })

  it('a row keeps its id when its advice is corrected, and the id of a removed row is never given again', () => {
    const dir = mkdtempSync(join(tmpdir(), 'attune-ids-'))
    cpSync(RULES, dir, { recursive: true })
    const [first, second] = giveIds(
      [draft('xdrug', 'PM', ['avoid']), draft('xdrug', 'IM', ['caution'])],
      (drug) => drug,
      readOldIds(dir).ids,
    )
    writeFileSync(join(dir, 'guidance/xdrug.json'), JSON.stringify({ drug: 'xdrug', rows: [second], retired: [first?.id] }))
    const again = giveIds([draft('xdrug', 'IM', ['standard']), draft('xdrug', 'PM', ['avoid'])], (drug) => drug, readOldIds(dir).ids)
    rmSync(dir, { recursive: true })
    expect(again.map((row) => [row.id, row.actions])).toEqual([
      ['cpic/xdrug/2', ['standard']],
      ['cpic/xdrug/3', ['avoid']],
    ])
  })
})

describe('product names', () => {
  it.each([
    ['Acetaminophen 300 MG / Codeine Phosphate 30 MG Oral Tablet [Tylenol with Codeine]', ['acetaminophen', 'codeine phosphate']],
    ['24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]', ['metoprolol succinate']],
    ['Matrix Delivery 24 HR tramadol hydrochloride 100 MG Extended Release Oral Tablet [Ryzolt]', ['tramadol hydrochloride']],
    ['Abuse-Deterrent 12 HR Oxycodone Hydrochloride 15 MG Extended Release Oral Tablet', ['oxycodone hydrochloride']],
    ['1 ML tacrolimus 5 MG/ML Injection', ['tacrolimus']],
  ])('%s holds %j', (name, substances) => {
    expect(substancesOf(name)).toEqual(substances)
  })

  it('salts are taken off, inorganic salts and known names are not', () => {
    const known = new Set(['codeine', 'sodium ascorbate', 'amifampridine phosphate'])
    expect(
      ['codeine phosphate', 'rosuvastatin calcium', 'magnesium sulfate', 'sodium ascorbate', 'amifampridine phosphate'].map((name) =>
        baseName(name, known),
      ),
    ).toEqual(['codeine', 'rosuvastatin', 'magnesium sulfate', 'sodium ascorbate', 'amifampridine phosphate'])
  })

  it('the brand stands in brackets', () => {
    expect([brandOf('Simvastatin 20 MG Oral Tablet [Zocor]'), brandOf('Simvastatin 20 MG Oral Tablet')]).toEqual(['Zocor', null])
  })
})

describe('the layout of rule files', () => {
  it('puts each row of a table on a line of its own', () => {
    const rows = [{ a: 'x'.repeat(60) }, { a: 'y'.repeat(60) }]
    expect(layOut({ about: 'short', rows }).split('\n')).toEqual([
      '{',
      '  "about": "short",',
      '  "rows": [',
      `    {"a": "${'x'.repeat(60)}"},`,
      `    {"a": "${'y'.repeat(60)}"}`,
      '  ]',
      '}',
    ])
  })

  it('every committed rule file that the generator writes is laid out that way', () => {
    const generated = [...filesOf(RULES)].filter(([file]) =>
      /^(genes|guidance)\/[^.]+\.json$|^drugs\/(ingredients|products)\.json$/.test(file),
    )
    expect(generated.length).toBe(23 + 193 + 2)
    expect(generated.filter(([, text]) => `${layOut(JSON.parse(text))}\n` !== text).map(([file]) => file)).toEqual([])
  })
})
