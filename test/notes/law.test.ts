import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readFacts } from '../../src/facts/read-facts.ts'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { projectRoot } from '../../src/project-root.ts'

const filesUnder = (folder: string): string[] =>
  readdirSync(join(projectRoot, folder)).flatMap((name) => {
    const path = join(folder, name)
    return statSync(join(projectRoot, path)).isDirectory() ? filesUnder(path) : /\.tsx?$/.test(name) ? [path] : []
  })

const imports = (path: string): string[] =>
  [...readFileSync(join(projectRoot, path), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, target]) =>
    relative(projectRoot, join(projectRoot, path, '..', target ?? '')),
  )

const importersOf = (pattern: RegExp): string[] =>
  ['src', 'cds-services']
    .flatMap(filesUnder)
    .filter((path) => !/^src\/notes\//.test(path) && imports(path).some((target) => pattern.test(target)))

describe('What is found in notes is never evidence', () => {
  it('only the line that carries it to the app, and where the parts are plugged together, know the reader of notes', () => {
    expect(importersOf(/^src\/notes\//).sort()).toEqual([
      'src/collect-notes.ts',
      'src/engine.ts',
      'src/reload/rooms.ts', // checks the reader's tables at load
      'src/run-profile.ts',
    ])
  })

  it('only the stream to the app knows its contract: no fact, finding, estimate, card or record of a decision can hold it', () => {
    expect(importersOf(/^src\/contract\/notes\.ts$/).sort()).toEqual(['src/collect-notes.ts', 'src/contract/profile.ts'])
  })

  it('the facts of a record are the same whatever its notes say', () => {
    const { drugs, genes, tables } = loadKnowledge(join(projectRoot, 'rules'))
    const facts = (text: string) =>
      readFacts(
        {
          patientId: 'a',
          now: '2026-11-21T10:00:00Z',
          questions: [],
          draftOrders: [],
          selections: null,
          resources: [
            { resourceType: 'Patient', id: 'a' },
            {
              resourceType: 'DocumentReference',
              id: 'n',
              subject: { reference: 'Patient/a' },
              type: { text: 'Progress note' },
              content: [{ attachment: { contentType: 'text/plain', data: Buffer.from(text).toString('base64') } }],
            },
          ],
        },
        { drugs, genes, tables },
      )
    expect(facts('Allergic to penicillin. Pregnant. Takes warfarin. CYP2C19 *2/*2, poor metabolizer.')).toEqual(facts('Nothing.'))
  })
})
