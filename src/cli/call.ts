import { statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { readConfig } from '../config.ts'
import { fhirBundle } from '../exporters/fhir-bundle.ts'
import type { SampleReport } from '../exporters/gene-report.ts'
import { makeJsonLines } from '../exporters/json-lines.ts'
import { tableHead, tableRows } from '../exporters/table.ts'
import { type CallingRules, loadCallingRules } from '../guidance/load-calling-rules.ts'
import { makeCaller } from '../pgx/calling/make-caller.ts'
import type { CallOptions } from '../pgx/calling/star-call.ts'
import { readGeneNames } from '../pgx/gene-names.ts'
import { projectRoot } from '../project-root.ts'
import { readOutsideCalls } from '../vcf/outside-calls.ts'
import { readVcf, type VcfGenotypes } from '../vcf/read-vcf.ts'
import { makeReports } from './sample-reports.ts'
import { progress, UsageError, type Verb, type VerbInput } from './verb.ts'
import { openWholeOutput } from './whole-output.ts'

const FORMATS = ['json', 'fhir', 'table'] as const
type Format = (typeof FORMATS)[number]

export type CallRequest = {
  readonly file: string
  readonly outside: string | null
  /** Empty: all. */
  readonly samples: readonly string[]
  readonly genes: readonly string[]
  readonly format: Format
  readonly out: string | null
  readonly options: CallOptions
  readonly ignoreFilter: boolean
  readonly patient: string | null
  readonly issued: string
  readonly collected: string | null
}

const listOf = (value: VerbInput['values'][string]): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).filter((one): one is string => typeof one === 'string')
const textOf = (value: VerbInput['values'][string]): string | null => (typeof value === 'string' ? value : null)

const PATIENT = /^(?:https?:\/\/\S+\/)?Patient\/[A-Za-z0-9.-]{1,64}$/
const DATE = /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)?)?$/

const requestOf = ({ values, positionals }: VerbInput): CallRequest => {
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('Name one VCF file, or - for standard input.')
  const format = values.json === true ? 'json' : (textOf(values.format) ?? 'json')
  if (!FORMATS.includes(format as Format)) throw new UsageError(`--format takes ${FORMATS.join(', ')}, not "${format}".`)
  const [patient, collected, outside] = [textOf(values.patient), textOf(values.collected), textOf(values.outside)]
  if (patient !== null && !PATIENT.test(patient)) throw new UsageError('--patient takes a reference such as Patient/123.')
  if (collected !== null && !DATE.test(collected)) throw new UsageError('--collected takes a date such as 2026-11-21.')
  if (outside === '-' && file === '-') throw new UsageError('Only one file can be standard input.')
  return {
    file,
    outside,
    samples: listOf(values.sample),
    genes: listOf(values.gene),
    format: format as Format, // one of FORMATS
    out: textOf(values.out),
    options: { combinations: values.combinations === true, withoutCopyNumber: values.research === true },
    ignoreFilter: values['ignore-filter'] === true,
    patient,
    issued: new Date().toISOString(),
    collected,
  }
}

/** Long files tell how far they are, at most every two seconds. */
const makeProgress = (file: string) => {
  let last = performance.now()
  return ({ lines, fraction }: { readonly lines: number; readonly fraction: number | null }): void => {
    if (performance.now() - last < 2000) return
    last = performance.now()
    progress(`${file}: ${lines} lines${fraction === null ? '' : `, ${Math.round(fraction * 100)} %`}`)
  }
}

const chosenSamples = (request: CallRequest, read: VcfGenotypes): readonly number[] => {
  const unknown = request.samples.filter((name) => !read.samples.includes(name))
  if (unknown.length > 0) throw new UsageError(`${unknown.length} of the samples asked for are not in the file.`)
  const chosen = read.samples.flatMap((name, at) => (request.samples.length === 0 || request.samples.includes(name) ? [at] : []))
  if (request.patient !== null && chosen.length > 1)
    throw new UsageError(`--patient names one person, but ${chosen.length} samples are called; choose one with --sample.`)
  return chosen
}

const writerOf = ({ format, patient, issued, collected }: CallRequest): ((report: SampleReport) => string) => {
  if (format === 'json') return makeJsonLines()
  if (format === 'table') return tableRows
  return (report) => `${JSON.stringify(fhirBundle(report, { patient, issued, collected }))}\n`
}

/** Input is never modified: the output must not take its place, by whatever name. */
const refuseToReplaceInput = ({ file, outside, out }: CallRequest): void => {
  const target = out === null ? undefined : statSync(out, { throwIfNoEntry: false })
  if (target === undefined) return
  for (const input of [file, outside]) {
    const found = input === null || input === '-' ? undefined : statSync(input, { throwIfNoEntry: false })
    if (found?.dev === target.dev && found.ino === target.ino)
      throw new UsageError('--out names a file that is read: it would be replaced.')
  }
}

/** Samples that are written before signals are heard. */
const SAMPLES_AT_ONCE = 16

/**
 * Calls every sample of a VCF. Nothing is written before the whole input was read, and nothing appears before all was written.
 * @throws AttuneError `input-unreadable` with file, line and reason
 */
export const runCall = async (request: CallRequest, rules: CallingRules): Promise<{ readonly samples: number }> => {
  const { genes: wanted } = request
  const unknown = wanted.filter((gene) => !rules.genes.has(gene))
  if (unknown.length > 0) throw new UsageError(`The rules know no gene ${unknown.join(', ')}.`)
  refuseToReplaceInput(request)
  const caller = makeCaller(rules.genes, rules.tables)
  const read = await readVcf(request.file, caller.sites, {
    ignoreFilter: request.ignoreFilter,
    onProgress: makeProgress(request.file),
  })
  for (const warning of read.warnings) progress(`${request.file}: ${warning}`)
  const chosen = chosenSamples(request, read)
  const names = readGeneNames(rules.tables.get('gene-names'))
  const outside =
    request.outside === null
      ? []
      : await readOutsideCalls(request.outside, rules.genes, names, { all: read.samples, called: chosen.length })
  const genes = wanted.length === 0 ? rules.genes : new Map([...rules.genes].filter(([symbol]) => wanted.includes(symbol)))

  const output = openWholeOutput(request.out)
  try {
    const write = writerOf(request)
    if (request.format === 'table') output.write(tableHead())
    const reportsOf = makeReports({ genes, caller, read, outside, options: request.options })
    for (const [count, at] of chosen.entries()) {
      if (count % SAMPLES_AT_ONCE === 0) await setImmediate()
      output.write(write({ sample: read.samples[at] ?? '', rules: rules.version, genes: reportsOf(at), warnings: read.warnings }))
    }
    await output.finish()
  } finally {
    output.discard()
  }
  return { samples: chosen.length }
}

/** `attune call`: star alleles from a VCF. Exit 2 for anything that cannot be read, with file, line and reason. */
export const call: Verb = {
  name: 'call',
  summary: 'Call star alleles from a VCF of GRCh38',
  usage: `attune call FILE.vcf[.gz] [options]     (- for standard input; formats and rules: docs/calling.md)
  --outside FILE     calls made elsewhere: gene, diplotype, phenotype, activity score, separated by tabs;
                     for several samples with the sample in a first column. They go before the VCF's own.
  --sample NAME      only this sample (repeat for several)
  --gene GENE        only this gene (repeat for several)
  --format FORMAT    json (one line per sample, with reasons), fhir (one Bundle per line, HL7 Genomics Reporting STU3), table
  --out FILE         write there instead of standard output; the file appears when it is whole
  --patient REF      with fhir: the patient, such as Patient/123; without it the sample's name identifies a Patient of the Bundle
  --collected DATE   with fhir: when the sample was taken
  --ignore-filter    use records that did not pass their filter, too
  --combinations     combination and partial alleles where nothing else fits (research)
  --research         call genes whose copy number a VCF does not show (research)
A position without a record is missing, never reference. Nothing is written unless everything could be read.`,
  options: {
    outside: { type: 'string' },
    sample: { type: 'string', multiple: true },
    gene: { type: 'string', multiple: true },
    format: { type: 'string' },
    out: { type: 'string' },
    patient: { type: 'string' },
    collected: { type: 'string' },
    'ignore-filter': { type: 'boolean' },
    combinations: { type: 'boolean' },
    research: { type: 'boolean' },
  },
  run: async (input) => {
    const request = requestOf(input)
    const started = performance.now()
    const { samples } = await runCall(request, loadCallingRules(readConfig(process.env, projectRoot).rulesDir))
    const seconds = (performance.now() - started) / 1000
    if (seconds > 2) progress(`${request.file}: ${samples} ${samples === 1 ? 'sample' : 'samples'} in ${seconds.toFixed(1)} s`)
    return 0
  },
}
