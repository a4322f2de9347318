import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { buildServer } from '../production/process.ts'
import { aFolder, COLUMNS, type Definitions, vcf } from '../vcf/vcf-files.ts'

const folder = aFolder()
let plain: ReturnType<typeof call>
beforeAll(async () => {
  await buildServer()
  plain = call('plain.vcf', sample(0).text)
}, 240_000)
afterAll(() => folder.remove())

type Gene = Definitions & { readonly gene: string }

const genes: Gene[] = readdirSync(join(projectRoot, 'rules/genes'))
  .filter((name) => name.endsWith('.variants.json'))
  .map((name) => ({
    gene: name.replace('.variants.json', ''),
    ...JSON.parse(readFileSync(join(projectRoot, 'rules/genes', name), 'utf8')),
  }))

const HEADER = ['##fileformat=VCFv4.2', '##reference=GRCh38']

/** Every position of every gene as reference, but for the first `unphased` single bases of the gene with the most: 0/1. */
const sample = (unphased: number) => {
  const most = genes.reduce((one, other) => (other.positions.length > one.positions.length ? other : one))
  let left = unphased
  const records = genes.flatMap(({ gene, chrom, positions }) =>
    positions
      .filter(({ flags, ref, alts }) => !flags?.includes('ignored') && ref.length === 1 && alts[0]?.length === 1)
      .map(({ pos, ref, alts }) => {
        const changed = gene === most.gene && left-- > 0
        return `${chrom}\t${pos}\t.\t${ref}\t${alts.join()}\t.\tPASS\t.\tGT\t${changed ? '0/1' : '0/0'}`
      }),
  )
  return { gene: most.gene, text: vcf(records, { header: HEADER }), records }
}

const TELL =
  "process.on('exit', () => { const used = process.resourceUsage(); console.error('TOLD', (used.userCPUTime + used.systemCPUTime) / 1000, used.maxRSS / 1024) })"

/** `attune call FILE` as a process: its answer, CPU time in ms and most memory in MiB. */
const call = (name: string, content: string | Uint8Array) => {
  const words = [
    '--import',
    `data:text/javascript,${encodeURIComponent(TELL)}`,
    join(projectRoot, 'dist/src/cli/serve-process.js'),
    'call',
    folder.write(name, content),
  ]
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', maxBuffer: 1e8, timeout: 200_000 })
  const [, cpu, memory] = /TOLD ([\d.]+) ([\d.]+)/.exec(stderr) ?? []
  return { status, stdout, said: stderr.replace(/TOLD.*\n/, ''), cpuMs: Number(cpu), peakMiB: Number(memory) }
}

describe('A sample that is hard to call (Z6)', () => {
  it('is called when nothing is hard', () => expect([plain.status, plain.said]).toEqual([0, '']))

  it('with 24 positions of one gene read as heterozygous without phase costs at most 200 ms and 200 MiB more, and says what is open', () => {
    const { gene, text } = sample(24)
    const hard = call('unphased.vcf', text)
    expect(hard.status).toBe(0)
    const { genes: called } = JSON.parse(hard.stdout) as { genes: { gene: string; diplotypes: string[]; notes: string[] }[] }
    const of = called.find((one) => one.gene === gene)
    expect(of?.diplotypes.length === 1 && of.notes.length === 0).toBe(false)
    expect(hard.cpuMs - plain.cpuMs).toBeLessThan(200)
    expect(hard.peakMiB - plain.peakMiB).toBeLessThan(200)
  }, 240_000)

  it('among a million records of other places is called as without them, in bounded memory', () => {
    const { records } = sample(0)
    const line = (n: number) => `chr3\t${n + 1}\t.\tA\tC\t.\tPASS\t.\tGT\t0/1`
    const others = Array.from({ length: 1_000_000 }, (_, n) => line(n))
    const long = call('long.vcf.gz', gzipSync(`${[...HEADER, `${COLUMNS}\tone`, ...others, ...records].join('\n')}\n`, { level: 1 }))
    expect([long.status, JSON.parse(long.stdout).genes]).toEqual([0, JSON.parse(plain.stdout).genes])
    expect(long.peakMiB - plain.peakMiB).toBeLessThan(200)
  }, 240_000)

  it('a bomb of one line of 600 MB is refused in words, in bounded memory', () => {
    const block = gzipSync(Buffer.alloc(60_000_000, 0x41))
    const bomb = call('bomb.vcf.gz', Buffer.concat([gzipSync('##fileformat=VCFv4.2\n'), ...Array.from({ length: 10 }, () => block)]))
    expect(bomb.status).toBe(2)
    expect(bomb.said).toMatch(/line 2/)
    expect(bomb.said).not.toMatch(/\n +at |node_modules/)
    expect(bomb.peakMiB - plain.peakMiB).toBeLessThan(300)
  }, 240_000)
})
