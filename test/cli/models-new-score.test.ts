import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runMain } from './run-main.ts'

const SCORE = [
  '###PGS CATALOG SCORING FILE - own example',
  '#format_version=2.0',
  '#pgs_id=PGS999999',
  '#pgs_name=OWN',
  '#trait_reported=Own trait',
  '#weight_type=beta',
  '#variants_number=3',
  '#citation=Nobody N. Own example (2026)',
  '#license=Research use only',
  '#HmPOS_build=GRCh38',
  ['rsID', 'effect_allele', 'other_allele', 'effect_weight', 'hm_chr', 'hm_pos'].join('\t'),
  ['rs1', 'A', 'G', '0.5', '1', '1000'].join('\t'),
  ['rs2', 'C', 'T', '-0.25', '2', '2000'].join('\t'),
  ['rs3', 'G', 'T', '0.125', '3', '3000'].join('\t'),
  '',
].join('\n')

let dir: string
const at = (...path: readonly string[]) => join(dir, ...path)
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-score-'))
  mkdirSync(at('installed'))
  cpSync('models/kidney', at('installed', 'kidney'), { recursive: true })
  for (const file of readdirSync('models').filter((name) => name.endsWith('.json'))) cpSync(join('models', file), at('installed', file))
  writeFileSync(at('config.json'), JSON.stringify({ auth: 'required', modelsDir: at('installed') }))
  vi.stubEnv('ATTUNE_CONFIG', at('config.json'))
  writeFileSync(at('score.txt.gz'), gzipSync(SCORE))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true, force: true })
})

describe("a site's own polygenic score", () => {
  it('becomes a model from its scoring file, is added and predicts, and its licence is told', async () => {
    const made = await runMain('models', 'new', at('pgs999999'), '--pgs', at('score.txt.gz'))
    expect(made).toMatchObject({ status: 0, err: '' })
    expect(made.out).toContain('3 variants. Then: attune models add')
    expect(made.out).toContain('The scoring file says of its use: Research use only')

    const added = await runMain('models', 'add', at('pgs999999'), '--json')
    expect(JSON.parse(added.out)).toMatchObject({ ok: true, id: 'pgs999999', standing: 'new', copied: true, problems: [] })

    writeFileSync(at('inputs.json'), JSON.stringify({ rs1: 2, rs2: 1, rs3: 0 }))
    const predicted = await runMain('predict', 'pgs999999', at('inputs.json'), '--json')
    expect(JSON.parse(predicted.out)).toMatchObject({ state: 'estimated', variant: 'sum', value: 0.75 })
  })

  it('is refused in a folder of another name, and with a header that cannot be used', async () => {
    expect(await runMain('models', 'new', at('my-score'), '--pgs', at('score.txt.gz'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('The folder of this score has to be called pgs999999.'),
    })
    writeFileSync(at('old.txt'), SCORE.replace('format_version=2.0', 'format_version=1.0'))
    expect(await runMain('models', 'new', at('pgs999999'), '--pgs', at('old.txt'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('format_version is 1.0; 2.0 is read'),
    })
    writeFileSync(at('cut.txt.gz'), gzipSync(SCORE).subarray(0, 60))
    expect(await runMain('models', 'new', at('pgs999999'), '--pgs', at('cut.txt.gz'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('the gzip file is damaged or too large'),
    })
  })
})
