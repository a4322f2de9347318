import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RulesDiff, sayDiff } from '../../src/cli/diff/say-diff.ts'
import { copyRules, type Json, RULES } from '../rules/broken-rules.ts'
import { type Ran, runMain } from './run-main.ts'

const copy = copyRules()
afterAll(() => copy.remove())

const edit = (file: string, change: (json: Json) => void): void => {
  const path = join(copy.dir, file)
  const json: Json = JSON.parse(readFileSync(path, 'utf8'))
  change(json)
  writeFileSync(path, JSON.stringify(json))
}
const rowOf = (rows: readonly Json[], id: string): Json => rows.find((row: Json) => row.id === id)
const rowFor = (rows: readonly Json[], source: string, gene: string, key: string): Json =>
  rows.find((row: Json) => row.source === source && row.when.some((entry: Json) => entry[gene]?.includes(key)))

describe('attune rules diff', () => {
  let ran: Ran
  let diff: RulesDiff
  let ids: Readonly<Record<'abacavir' | 'codeine', string>>
  beforeAll(async () => {
    edit('guidance/abacavir.json', ({ rows }) => {
      const row = rowFor(rows, 'CPIC', 'HLA-B', '*57:01 positive')
      ids = { abacavir: row.id, codeine: '' }
      row.actions = ['standard']
      row.strength = 'Optional'
    })
    edit('guidance/codeine.json', ({ rows }) => {
      const row = rowFor(rows, 'CPIC', 'CYP2D6', '0.0')
      ids = { ...ids, codeine: row.id }
      rows.splice(rows.indexOf(row), 1)
    })
    edit('guidance/sertraline.json', ({ rows }) => {
      rows.push({
        ...rowFor(rows, 'CPIC', 'CYP2C19', 'PM'),
        id: 'cpic/sertraline/900',
        when: [{ CYP2C19: ['UM'], CYP2B6: ['UM'] }],
        actions: ['contraindicated'],
      })
    })
    edit('genes/CYP2C19.json', ({ alleles, pairs }) => {
      alleles['*2'].function = 'normal'
      pairs['none+none'] = 'IM'
    })
    edit('test-first.json', ({ rows }) => {
      rowOf(rows, 'fda/rasburicase').verified = false
    })
    edit('phenoconversion.json', ({ rows }) => {
      rows.find((row: Json) => row.enzyme === 'CYP2D6' && row.drug === 'paroxetine').strength = 'moderate'
    })
    edit('alternatives.json', ({ drugs }) => {
      drugs.posaconazole.checks.shift()
    })
    edit('populations.json', ({ populations }) => {
      populations.adults.rule.from = 16
    })
    ran = await runMain('rules', 'diff', RULES, copy.dir, '--json')
    diff = JSON.parse(ran.out)
  }, 600_000)

  const changeOf = (section: string, id: string) => diff.rules.find((change) => change.section === section && change.id === id)

  it('says with its exit status that there are changes, and tells progress apart', () => {
    expect(ran.status).toBe(1)
    expect(ran.err).toMatch(/Grid: \d+ of \d+/)
  })

  it('shows what changed in a row of guidance, from what to what', () => {
    expect(changeOf('guidance', ids.abacavir)).toMatchObject({
      kind: 'changed',
      fields: [
        { field: 'strength', from: 'Strong', to: 'Optional' },
        { field: 'actions', from: ['avoid'], to: ['standard'] },
      ],
    })
  })

  it('shows added and removed rows', () => {
    expect(changeOf('guidance', ids.codeine)?.kind).toBe('removed')
    expect(changeOf('guidance', 'cpic/sertraline/900')?.kind).toBe('added')
  })

  it('shows changed alleles and phenotype tables', () => {
    expect(changeOf('alleles', 'CYP2C19 *2')?.fields).toEqual([{ field: 'function', from: 'none', to: 'normal' }])
    expect(changeOf('function pairs', 'CYP2C19 none+none')?.fields).toEqual([{ field: 'is', from: 'PM', to: 'IM' }])
  })

  it('shows changed replacements, tests, inhibitors and populations', () => {
    expect(changeOf('alternatives: drugs', 'posaconazole')?.fields.map(({ field }) => field)).toEqual(['checks'])
    expect(changeOf('test-first', 'fda/rasburicase')?.fields).toEqual([{ field: 'verified', from: true, to: false }])
    expect(changeOf('phenoconversion', 'CYP2D6 inhibitor paroxetine')?.fields).toEqual([
      { field: 'strength', from: 'strong', to: 'moderate' },
    ])
    expect(changeOf('populations: populations', 'adults')?.kind).toBe('changed')
  })

  it('shows nothing else', () => {
    expect(diff.rules.map(({ section, id }) => `${section} ${id}`).sort()).toEqual(
      [
        `guidance ${ids.abacavir}`,
        `guidance ${ids.codeine}`,
        'guidance cpic/sertraline/900',
        'alleles CYP2C19 *2',
        'function pairs CYP2C19 none+none',
        'alternatives: drugs posaconazole',
        'test-first fda/rasburicase',
        'phenoconversion CYP2D6 inhibitor paroxetine',
        'populations: populations adults',
      ].sort(),
    )
  })

  it('shows the cards that change for the patients of the sandbox', () => {
    const signing = diff.sandbox?.changes.filter(({ patient }) => patient.includes('(order-sign)')) ?? []
    const stent = signing.find(({ patient }) => patient.startsWith('p01 '))
    // The lab says poor metabolizer, the changed table no longer does.
    expect(stent).toMatchObject({
      drug: 'clopidogrel',
      kind: 'indicator',
      from: { indicator: 'critical', summary: expect.stringMatching(/^Avoid clopidogrel/) },
      to: {
        indicator: 'warning',
        summary: 'Clarify CYP2C19 before clopidogrel (FDA boxed warning: see detail): results lead to different advice',
      },
    })
    expect(diff.sandbox?.patients).toBe(38)
  })

  it('shows the cards that change over a grid of results and drugs: gone, new, of other weight or wording', () => {
    const of = (drug: string) => diff.grid?.changes.filter((change) => change.drug === drug) ?? []
    expect(diff.grid?.patients).toBeGreaterThan(2000)
    expect(of('rasburicase').map(({ kind }) => kind)).toContain('gone')
    expect(of('sertraline').filter(({ to }) => to?.summary.includes('contraindicated')).length).toBeGreaterThan(0)
    expect(of('abacavir').length).toBeGreaterThan(0)
    expect(new Set(diff.grid?.changes.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(4)
  })

  it('reads for a pharmacist', () => {
    const text = sayDiff(diff)
    expect(text).toContain(`  changed ${ids.abacavir} (abacavir, HLA-B, CPIC, Optional)`)
    expect(text).toContain('    actions: avoid -> standard')
    expect(text).toContain('phenoconversion: 0 added, 0 removed, 1 changed')
    expect(text.find((line) => line.startsWith('Grid of results and drugs'))).toMatch(
      /\d+ patients, \d+ cards before, \d+ after: \d+ new, \d+ gone/,
    )
    expect(text.filter((line) => line.startsWith('    was ')).length).toBeGreaterThan(0)
  })
})

describe('attune rules diff on other folders', () => {
  it('finds no change between a folder and itself', async () => {
    expect(await runMain('rules', 'diff', RULES, RULES)).toMatchObject({
      status: 0,
      out: expect.stringContaining('The rules are the same.'),
    })
  })

  it.each([
    ['a folder that is not there', (dir: string) => rmSync(dir, { recursive: true }), /cannot be read/],
    [
      'rules that do not load',
      (dir: string) => writeFileSync(join(dir, 'guidance/abacavir.json'), '{'),
      /guidance\/abacavir\.json \[-\]: not valid JSON/,
    ],
  ])('%s is unreadable input', async (_title, spoil, reason) => {
    const other = copyRules()
    spoil(other.dir)
    const { status, out, err } = await runMain('rules', 'diff', RULES, other.dir)
    other.remove()
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(reason)
  })

  it.each([[['rules', 'diff']], [['rules', 'diff', RULES]], [['rules', 'diff', RULES, RULES, RULES]], [['rules', 'compare']]])(
    '%j is wrong use',
    async (words) => {
      expect(await runMain(...words)).toMatchObject({ status: 2, out: '', err: expect.stringContaining('Usage: attune rules') })
    },
  )
})
