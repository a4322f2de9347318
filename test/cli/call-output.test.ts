import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { aFolder, record, vcf } from '../vcf/vcf-files.ts'
import { runMain } from './run-main.ts'

const folder = aFolder()
afterAll(() => folder.remove())
const TEXT = vcf([record('chr10 94781859 G A', '0/1')])

const linked = (link: (from: string, to: string) => void, name: string): string => {
  link(folder.path('in.vcf'), folder.path(name))
  return folder.path(name)
}

describe('The file that attune call writes', () => {
  test.each([
    ['the VCF itself', () => folder.path('in.vcf')],
    ['a link to the VCF', () => linked(symlinkSync, 'link.vcf')],
    ['another name of the VCF', () => linked(linkSync, 'other.vcf')],
    ['the outside calls', () => folder.path('outside.tsv')],
  ])('is never %s: input is not modified', async (_name, out) => {
    const file = folder.write('in.vcf', TEXT)
    const outside = folder.write('outside.tsv', 'CYP2D6\t*1/*4\n')
    const ran = await runMain('call', file, '--outside', outside, '--out', out())
    expect([ran.status, ran.err.split('\n')[0]]).toEqual([2, '--out names a file that is read: it would be replaced.'])
    expect(readFileSync(file, 'utf8')).toBe(TEXT)
    expect(readFileSync(outside, 'utf8')).toBe('CYP2D6\t*1/*4\n')
  })

  test('takes the place of the file that a link leads to, and the link stays', async () => {
    const kept = folder.write('kept.jsonl', 'old')
    symlinkSync(kept, folder.path('to-kept.jsonl'))
    const ran = await runMain('call', folder.write('in.vcf', TEXT), '--out', folder.path('to-kept.jsonl'))
    expect([ran.status, JSON.parse(readFileSync(kept, 'utf8')).sample]).toEqual([0, 'one'])
  })

  test('is no folder', async () => {
    const target = folder.path('a-folder')
    mkdirSync(target)
    const ran = await runMain('call', folder.write('in.vcf', TEXT), '--out', target)
    expect([ran.status, ran.err]).toEqual([2, `input-unreadable: ${target}: cannot be written: it is no file\n`])
    expect(readdirSync(target)).toEqual([])
  })

  test('is no device: a pipe or a terminal is not replaced by a file', async () => {
    const ran = await runMain('call', folder.write('in.vcf', TEXT), '--out', '/dev/null')
    expect([ran.status, ran.err]).toEqual([2, 'input-unreadable: /dev/null: cannot be written: it is no file\n'])
  })
})
