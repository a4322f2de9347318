import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { CYP2C19_GENOTYPE } from '../production/patient.ts'
import { buildServer } from '../production/process.ts'

type Ran = { readonly status: number | null; readonly out: string; readonly err: string }

const folder = mkdtempSync(join(tmpdir(), 'attune-cli-'))
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

beforeAll(buildServer, 600_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The command as a user runs it, from a folder of their own. */
const attune = (words: readonly string[], { input = '', leaveAfterFirstByte = false } = {}): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(projectRoot, 'bin/attune.mjs'), ...words], { cwd: folder })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8')
      if (leaveAfterFirstByte) child.stdout.destroy()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString('utf8')
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, out, err }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })

const patient = { resourceType: 'Patient', id: 'p1', birthDate: '1960-01-01', name: [{ family: 'Quillfeather' }] }
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const request = {
  hook: 'order-sign',
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  context: {
    userId: 'Practitioner/u',
    patientId: 'p1',
    draftOrders: {
      resourceType: 'Bundle',
      entry: [
        {
          resource: {
            resourceType: 'MedicationRequest',
            id: 'd',
            status: 'draft',
            intent: 'order',
            subject: { reference: 'Patient/p1' },
            medicationCodeableConcept: { text: 'clopidogrel', coding: [{ system: RXNORM, code: '309362' }] },
          },
        },
      ],
    },
  },
  prefetch: {
    patient,
    genotypes: {
      resourceType: 'Bundle',
      entry: [
        {
          resource: {
            resourceType: 'Observation',
            id: 'g',
            status: 'final',
            ...CYP2C19_GENOTYPE,
            subject: { reference: 'Patient/p1' },
          },
        },
      ],
    },
  },
}

const VERBS = ['serve', 'read', 'recommend', 'simulate', 'explain', 'verify', 'predict', 'rules', 'models', 'doctor']

describe('The command', () => {
  it('without a verb, with help and with --help lists every verb', async () => {
    for (const words of [[], ['help'], ['--help'], ['-h']]) {
      const { status, out } = await attune(words)
      expect(status).toBe(0)
      for (const verb of VERBS) expect(out).toMatch(new RegExp(`^ {2}${verb} `, 'm'))
    }
  })

  it.each(VERBS)('%s --help says how it is used, on standard output', async (verb) => {
    const { status, out, err } = await attune([verb, '--help'])
    expect(status).toBe(0)
    expect(err).not.toMatch(/EPIPE|\n\s+at /)
    expect(out).toContain(`Usage: attune ${verb}`)
  })

  it('with an unknown verb ends with 2 and names the known ones', async () => {
    const { status, out, err } = await attune(['toString'])
    expect([status, out]).toEqual([2, ''])
    expect(err).toContain('there is no verb "toString"')
  })

  it('whose reader leaves early ends as if nothing had happened', async () => {
    const { status, err } = await attune(['read', '--json', join(projectRoot, 'src/sandbox/patients/p01-clopidogrel-after-stent.json')], {
      leaveAfterFirstByte: true,
    })
    expect([status, err]).toEqual([0, ''])
  })
})

describe('Wrong use and unreadable input end with 2, say why on standard error, and show no stack', () => {
  const broken = file('broken.json', '{"resourceType": "Patient", "name": "Quillfeather"')
  it.each<[string, readonly string[], RegExp, string?]>([
    ['read without a file', ['read'], /Name at least one file/],
    ['read of a file that is not there', ['read', '/nowhere.json'], /\/nowhere\.json: the file cannot be read/],
    ['read of a folder', ['read', folder], /the file cannot be read/],
    ['read of broken JSON', ['read', broken], /broken\.json: this is not JSON/],
    ['read of broken JSON from standard input', ['read', '-'], /this is not JSON/, '{'],
    ['read of JSON without FHIR', ['read', '-'], /no FHIR resource/, '{"a":1}'],
    ['an unknown option', ['read', '--bogus'], /Unknown option/],
    ['recommend without a drug', ['recommend'], /Say which drug/],
    ['recommend for an unknown drug', ['recommend', '--drug', 'nosuch'], /not a drug that the rules know/],
    ['recommend for an unknown gene', ['recommend', '--drug', 'clopidogrel', '--gene', 'NOSUCH=*1/*1'], /NOSUCH is not a gene/],
    ['recommend for an unknown result', ['recommend', '--drug', 'clopidogrel', '--gene', 'CYP2C19=banana'], /not a CYP2C19 result/],
    ['simulate of broken JSON', ['simulate', broken], /not readable JSON/],
    ['simulate of a request without a hook', ['simulate', '-'], /names no hook/, '{"a":1}'],
    [
      'simulate of a request for a hook that nobody answers',
      ['simulate', '-'],
      /No service answers the hook order-dispatch/,
      '{"hook":"order-dispatch"}',
    ],
    ['simulate of a request without context', ['simulate', '-'], /request-invalid: .*context/, '{"hook":"order-sign","hookInstance":"x"}'],
    ['explain for an unknown service', ['explain', '-', '--service', 'none'], /There is no service none/, JSON.stringify(request)],
    ['verify of a file that holds no cases', ['verify', join(projectRoot, 'package.json')], /no kind of case file/],
    ['predict with an unknown model', ['predict', 'nosuch', '-'], /There is no model "nosuch"/, '{}'],
    ['predict with a file that is not there', ['predict', 'warfarin-dose', '/nowhere.json'], /\/nowhere\.json is not readable JSON/],
    ['rules without an action', ['rules'], /Say what to do: check, report, diff, reload/],
    ['models with an unknown action', ['models', 'eat'], /Say what to do: .*verify/],
  ])('%s', async (_name, words, said, input = '') => {
    const { status, out, err } = await attune(words, { input })
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(said)
    expect(err).not.toMatch(/\n\s+at |\.js:\d+|Quillfeather/)
  })
})

describe('Every verb with --json writes one JSON document and nothing else on standard output', () => {
  const path = file('request.json', JSON.stringify(request))
  it.each<[readonly string[], string?]>([
    [['read', path]],
    [['read', '-'], JSON.stringify(patient)],
    [['recommend', '--drug', 'clopidogrel', '--gene', 'CYP2C19=*2/*2']],
    [['simulate', path]],
    [['simulate', '-'], JSON.stringify(request)],
    [['explain', path]],
    [['verify', join(projectRoot, 'rules/cases/statins.json')]],
    [['rules', 'check']],
    [['rules', 'report']],
    [['models', 'verify']],
    [['models', 'list']],
  ])('%j', async (words, input = '') => {
    const { status, out } = await attune([...words, '--json'], { input })
    expect(status).toBe(0)
    expect(typeof JSON.parse(out)).toBe('object')
  })
})

describe('A request from a file', () => {
  it('gets the card that an EHR would get, and explain names its rows', async () => {
    const simulated = await attune(['simulate', '-'], { input: JSON.stringify(request) })
    expect(simulated.status).toBe(0)
    expect(simulated.out).toMatch(/^\[warning\] .*clopidogrel \(FDA boxed warning\): CYP2C19 poor metabolizer/)
    const explained = await attune(['explain', '-'], { input: JSON.stringify(request) })
    expect(explained.out).toMatch(/rows {2}cpic\/clopidogrel/)
    expect(explained.out).toContain('Observation/g')
  })
})

describe('A check that finds something ends with 1', () => {
  it('verify of a case that expects something else', async () => {
    const cases = {
      kind: 'guidance-cases',
      cases: [
        {
          name: 'wrong on purpose',
          why: 'to fail',
          patient: { genes: { CYP2C19: '*2/*2' }, order: { drug: 'clopidogrel' } },
          expect: { state: 'no-guidance' },
        },
      ],
    }
    const { status, out } = await attune(['verify', file('cases.json', JSON.stringify(cases))])
    expect(status).toBe(1)
    expect(out).toMatch(/0 passed, 1 failed\s*$/)
  })

  it('verify of model vectors says how far the farthest was, also when all passed', async () => {
    const { out, err } = await attune(['verify', join(projectRoot, 'models/kfre/vectors.json'), '--json'])
    const { passed, results } = JSON.parse(out)
    const differences: number[] = results.map(({ difference }: { difference: number }) => difference)
    expect([passed, differences.length]).toEqual([62, 62])
    expect(err).toContain(`62 passed, 0 failed, largest difference ${Math.max(...differences).toPrecision(2)}`)
    expect(results.every(({ difference, tolerance }: { difference: number; tolerance: number }) => difference <= tolerance)).toBe(true)
  })

  it('rules check of a folder of broken rules', async () => {
    const config = file('rules.yaml', `rulesDir: ${folder}\n`)
    const before = process.env.ATTUNE_CONFIG
    process.env.ATTUNE_CONFIG = config
    const { status, out, err } = await attune(['rules', 'check']).finally(() => {
      if (before === undefined) delete process.env.ATTUNE_CONFIG
      else process.env.ATTUNE_CONFIG = before
    })
    expect(status).toBe(1)
    expect(out + err).toMatch(/problem/)
  })
})
