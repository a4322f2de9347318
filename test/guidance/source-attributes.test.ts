import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { guidanceAttributes } from '../../src/guidance/source-attributes.ts'
import { RULES_ATTRIBUTES_SCHEMA } from '../../src/http/answer-schemas.ts'

type Row = { source: string; standing: string; guideline: { id: string }; drug: string }
const rows = readdirSync('rules/guidance').flatMap(
  (file) => (JSON.parse(readFileSync(`rules/guidance/${file}`, 'utf8')) as { rows: Row[] }).rows,
)
const told = guidanceAttributes(loadKnowledge('rules'))

describe('the source attributes of the guidance', () => {
  it('are thirteen for each source, each with words', () => {
    expect(RULES_ATTRIBUTES_SCHEMA.parse(told).sources.map(({ source }) => source)).toEqual(['CPIC', 'DPWG', 'FDA'])
    for (const { evidenceBased } of told.sources) {
      expect(evidenceBased.map(({ id }) => id)).toEqual(Array.from({ length: 13 }, (_, n) => `evidence_based.${n + 1}`))
      expect(evidenceBased.filter(({ text }) => text.trim() === '')).toEqual([])
    }
  })

  it.each(['CPIC', 'DPWG', 'FDA'])('name every guideline from which a row of %s may speak, with its drugs', (source) => {
    const spoken = rows.filter((row) => row.source === source && row.standing !== 'off')
    const one = told.sources.find((entry) => entry.source === source)
    expect(one?.rows).toBe(spoken.length)
    expect(one?.guidelines.map(({ id }) => id).sort()).toEqual([...new Set(spoken.map(({ guideline }) => guideline.id))].sort())
    expect(one?.guidelines.flatMap(({ drugs }) => drugs).length).toBe(
      new Set(spoken.map(({ guideline, drug }) => `${guideline.id} ${drug}`)).size,
    )
  })

  it('say how many rows an age decides, and that ancestry decides none', () => {
    const texts = Object.fromEntries(told.sources[0]?.evidenceBased.map(({ label, text }) => [label, text]) ?? [])
    expect(texts['Use of date of birth']).toMatch(/^As age: it decides the population of [1-9]\d* of \d+ rows/)
    expect(texts['Use of race']).toMatch(/^Not used to decide/)
  })
})
