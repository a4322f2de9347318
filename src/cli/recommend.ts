import { readConfig } from '../config.ts'
import type { DrugAssessment, Finding } from '../contract/findings.ts'
import { AttuneError } from '../errors.ts'
import { assess } from '../guidance/assess.ts'
import { loadKnowledge } from '../guidance/load-knowledge.ts'
import { formatAction } from '../guidance/parse-action.ts'
import type { Knowledge } from '../guidance/rules.ts'
import { callGenes } from '../pgx/gene-calls.ts'
import { projectRoot } from '../project-root.ts'
import { drawPatient, sketchSchema } from './patient-sketch.ts'
import { printJson, say, UsageError, type Verb, type VerbInput } from './verb.ts'

const listOf = (value: VerbInput['values'][string]): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).filter((one): one is string => typeof one === 'string')

const textOf = (value: VerbInput['values'][string]): string | null => (typeof value === 'string' ? value : null)

/** `CYP2D6=*4/*4`; the same gene twice is two labs that differ. */
const readGenes = (words: readonly string[]): Record<string, string | string[]> => {
  const genes: Record<string, string | string[]> = {}
  for (const word of words) {
    const at = word.indexOf('=')
    if (at < 1 || at === word.length - 1) throw new UsageError(`--gene takes GENE=VALUE, not "${word}".`)
    const gene = word.slice(0, at)
    const known = genes[gene]
    const value = word.slice(at + 1).trim()
    genes[gene] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value]
  }
  return genes
}

const numberOf = (name: string, value: VerbInput['values'][string]): number | undefined => {
  const text = textOf(value)
  if (text === null) return undefined
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number) || number < 0) throw new UsageError(`--${name} takes a number, not "${text}".`)
  return number
}

/** Text values of `--condition` are SNOMED CT or ICD-10-CM codes. */
const readCondition = (code: string) => (/^\d+$/.test(code) ? { name: code, snomed: code } : { name: code, icd10: code })

const assessOrder = ({ values }: VerbInput, drug: string, knowledge: Knowledge): readonly DrugAssessment[] => {
  const age = numberOf('age', values.age)
  const mgPerDay = numberOf('mg-per-day', values['mg-per-day'])
  const sketch = sketchSchema.safeParse({
    now: new Date().toISOString(),
    ...(age === undefined ? {} : { age }),
    genes: readGenes(listOf(values.gene)),
    conditions: listOf(values.condition).map(readCondition),
    medicines: listOf(values.taking),
    unread: ['medications', 'conditions', 'allergies', 'procedures'],
    order: { drug, ...(mgPerDay === undefined ? {} : { mgPerDay }) },
  })
  if (!sketch.success) throw new UsageError('These values do not describe a patient.')
  const facts = drawPatient(sketch.data, knowledge)
  const order = assess(facts, callGenes(facts, knowledge.genes, knowledge.modifiers), knowledge, { precedence: ['CPIC', 'DPWG', 'FDA'] })
    .orders[0]
  if (!order || order.drugs.length === 0) throw new AttuneError('input-unreadable', `"${drug}" is not a drug that the rules know`)
  return order.drugs
}

const describeFinding = (finding: Finding): string => {
  const genes = finding.basis
    .map((basis) => `${basis.gene} ${basis.key ?? ''}${basis.state === 'candidate' ? ' (possible)' : ''}`)
    .join(' + ')
  const population = finding.population
    ? ` [${finding.population.state === 'undecided' ? 'only if: ' : ''}${finding.population.label}]`
    : ''
  const head = [finding.source, finding.guideline.year, finding.strength].filter((part) => part !== null).join(' ')
  return `  ${head}: ${finding.consequence} for ${genes}${population}\n      ${finding.actions.map(formatAction).join('; ')}`
}

const describe = (drug: DrugAssessment): string => {
  const guidance = drug.findings.filter((finding) => finding.kind === 'guidance')
  const listed = drug.findings.length - guidance.length
  return [
    `${drug.drug.name}: ${drug.state}`,
    ...guidance.map(describeFinding),
    ...(listed > 0 ? [`  FDA lists the drug (${listed} ${listed === 1 ? 'entry' : 'entries'} not read)`] : []),
    ...(drug.disagreement === null ? [] : [`  The sources differ: ${drug.disagreement}`]),
    ...drug.alternatives.map(
      (one) =>
        `  Alternative ${one.drug.name} (${one.namedBy.join(', ')}): ${one.verdict}${one.checked
          .filter((check) => check.result === 'problem')
          .map((check) => `; ${check.because}`)
          .join('')}`,
    ),
    ...(drug.testFirst
      ? [`  Test first (${drug.testFirst.demand}, ${drug.testFirst.source}): ${drug.testFirst.genes.map((gene) => gene.test).join(', ')}`]
      : []),
    ...drug.gaps.map((gap) => `  ${gap.code === 'no-guidance' ? 'No guidance' : 'Not known'}: ${gap.about}: ${gap.because}`),
  ].join('\n')
}

/** `attune recommend`: what the sources say of a drug for these results. The rest of the record counts as not read: what depends on it is asked. */
export const recommend: Verb = {
  name: 'recommend',
  summary: 'What the sources say of a drug for given gene results',
  usage:
    'attune recommend --drug NAME|RXCUI --gene GENE=VALUE... [--age YEARS] [--mg-per-day DOSE] [--condition CODE]... [--taking DRUG]... [--json]\n' +
    '  VALUE: diplotype (*2/*2), phenotype (PM, Poor Metabolizer), activity score (0.5), allele status (*57:01 positive)',
  options: {
    drug: { type: 'string' },
    gene: { type: 'string', multiple: true },
    age: { type: 'string' },
    'mg-per-day': { type: 'string' },
    condition: { type: 'string', multiple: true },
    taking: { type: 'string', multiple: true },
  },
  run: async (input) => {
    const drug = textOf(input.values.drug)
    if (drug === null || drug.trim() === '') throw new UsageError('Say which drug: --drug NAME or --drug RXCUI.')
    const config = readConfig(process.env, projectRoot)
    const knowledge = loadKnowledge(config.rulesDir, config.drugMap)
    const drugs = assessOrder(input, drug, knowledge)
    if (input.values.json === true) printJson({ knowledge: { version: knowledge.version, asOf: knowledge.asOf }, drugs })
    else for (const one of drugs) say(describe(one))
    return 0
  },
}
