import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, linkSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
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

const root = resolve(import.meta.dirname, '../..')

describe.runIf(existsSync('/dev/full'))('Output that cannot be written', () => {
  test.each([
    ['json', ['call']],
    ['the table', ['call', '--format', 'table']],
  ])('is one line of complaint and exit 2, without a stack: %s', (_name, words) => {
    const full = openSync('/dev/full', 'w')
    const [verb = '', ...options] = words
    const ran = spawnSync(process.execPath, [join(root, 'bin/attune.mjs'), verb, folder.write('in.vcf', TEXT), ...options], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(full)
    expect([ran.status, ran.stderr.trim().split('\n').at(-1)]).toEqual([2, 'attune: the output cannot be written (ENOSPC)'])
    expect(ran.stderr).not.toMatch(/\n\s+at /)
  })
})

/** A process that has written half of its output and goes on: what its own lines say is the state of it. */
const halfWay = (out: string) => {
  const built = pathToFileURL(join(root, 'dist/src/cli/whole-output.js')).href
  const script = `import { openWholeOutput } from '${built}'
    const output = openWholeOutput(process.argv[1])
    output.write('x'.repeat(1 << 20))
    setInterval(() => {}, 1000)
    console.log('half')`
  return spawn(process.execPath, ['--input-type=module', '-e', script, out], { stdio: ['ignore', 'pipe', 'inherit'] })
}

describe('A call that is stopped while it writes', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing behind and ends by the signal: %s', async (signal) => {
    const place = folder.path(`stopped-${signal}`)
    mkdirSync(place)
    const child = halfWay(join(place, 'out.jsonl'))
    await new Promise((told) => child.stdout.once('data', told))
    expect(readdirSync(place)).toHaveLength(1)
    const ended = new Promise<string | null>((tell) => child.once('exit', (_code, by) => tell(by)))
    child.kill(signal)
    expect([await ended, readdirSync(place)]).toEqual([signal, []])
  })

  // The signal has to come while it works: not in each try, where the machine stops.
  test('hears the signal between two samples', { retry: 4 }, async () => {
    const names = Array.from({ length: 4000 }, (_, at) => `s${at}`)
    const file = folder.write(
      'many.vcf',
      vcf(
        [
          record(
            'chr10 94781859 G A',
            names.map((_, at) => (at % 2 ? '0/1' : '0/0')),
          ),
        ],
        { samples: names },
      ),
    )
    const place = folder.path('between')
    mkdirSync(place, { recursive: true })
    for (const left of readdirSync(place)) rmSync(join(place, left), { recursive: true })
    const child = spawn(process.execPath, [join(root, 'bin/attune.mjs'), 'call', file, '--format', 'fhir', '--out', join(place, 'out')], {
      stdio: 'ignore',
    })
    const ended = new Promise<string | null>((tell) => child.once('exit', (_code, by) => tell(by)))
    while (readdirSync(place).length === 0 && child.exitCode === null) await new Promise((go) => setTimeout(go, 2))
    child.kill('SIGTERM')
    expect([await ended, readdirSync(place)]).toEqual(['SIGTERM', []])
  })
})
