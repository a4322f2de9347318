import type { Confidence, Use } from '../../contract/genes.ts'
import { makeMemory } from '../../terminology/remember.ts'

type Rule = { readonly confidence: Confidence; readonly use: Use; readonly note?: string }

const CONFIDENCES: readonly Confidence[] = ['high', 'medium', 'low', 'none']
const USES: readonly Use[] = ['act', 'candidates', 'inform', 'ignore']

const free: Rule = { confidence: 'high', use: 'act' }
const medium = (note: string): Rule => ({ confidence: 'medium', use: 'act', note })
const low = (use: Use, note: string): Rule => ({ confidence: 'low', use, note })
const none = (use: Use, note: string): Rule => ({ confidence: 'none', use, note })

const NULL_ALLELE = 'An allele with the letter N is not expressed: it counts neither as positive nor as negative.'

/** What each flag does to confidence and use, at most (reference fhir-genomics 3.9), and how it reads. */
const RULES: Readonly<Record<string, Rule>> = {
  'date-missing': medium('The result has no date.'),
  'date-from-order': medium('The date is that of the order, not of the result.'),
  'text-only': medium('The result is in free text.'),
  'phenotype-only': medium('Only the phenotype is stated, not the alleles.'),
  'score-only': medium('Only the activity score is stated, not the alleles.'),
  'enzyme-activity': medium('From the enzyme activity, as the laboratory interpreted it.'),
  'legacy-shape': medium('The result has an old format.'),
  'legacy-term': medium('The result uses an old word for the phenotype.'),
  'legacy-allele-name': medium('The result uses an old allele name.'),
  nonconformant: medium('The resource does not follow the FHIR specification.'),
  'gene-conflict': low('inform', 'The resource names different genes, so the gene is not known.'),
  'gene-missing': low('inform', 'The result does not say which gene it is about.'),
  'loinc-gene-mismatch': medium('The LOINC code is that of another gene; the named gene was taken.'),
  'lab-table-mismatch': low('candidates', "The laboratory's phenotype differs from the current table."),
  'not-in-table': low('inform', 'The alleles are not in the table, so no phenotype is given.'),
  tandem: low('inform', 'The table has no value for this tandem of alleles, and its parts are not added up.'),
  'copy-number-unknown': low('candidates', 'The number of gene copies is not stated.'),
  'duplicated-allele-unknown': medium('One allele is duplicated, but the result does not say which.'),
  'only-copy-by-sex': medium('One allele is reported; it was read as the only copy, because the patient is male.'),
  'copy-number-not-tested': free,
  'ambiguous-diplotype': medium('The test leaves more than one diplotype open.'),
  'low-resolution': low('inform', 'The typing is too coarse to tell the allele.'),
  'null-allele': low('inform', NULL_ALLELE),
  'null-allele-beside': medium(NULL_ALLELE),
  'site-missing': low('inform', 'Two bases are given without the site.'),
  'site-assumed': medium('The site was assumed.'),
  'variant-only': low('inform', 'A single variant is reported; what else was tested is not known, so no genotype is called.'),
  'variant-evidence-conflict': medium('The reported variants do not fit the reported diplotype.'),
  'multi-gene-implication': free,
  'limited-coverage': medium('Not all alleles that matter were tested.'),
  preliminary: low('inform', 'The result is preliminary.'),
  pending: none('inform', 'The test is pending.'),
  amended: free,
  superseded: none('ignore', 'A corrected result replaces this one.'),
  'status-unknown': low('inform', 'The status of the result is unknown.'),
  inactive: low('inform', 'The entry is no longer active.'),
  'entered-in-error': none('ignore', 'Entered in error.'),
  cancelled: none('ignore', 'The test was cancelled.'),
  refuted: none('ignore', 'The entry was refuted.'),
  unconfirmed: none('ignore', 'The entry is not confirmed.'),
  'no-call': none('inform', 'The laboratory could not call the gene.'),
  'partial-call': none('inform', 'Only one of two alleles was called.'),
  indeterminate: none('inform', 'The result is indeterminate or was not understood.'),
  'not-performed': none('inform', 'The test was not performed.'),
  'negated-text': none('ignore', 'The text denies a finding.'),
  'unread-document': free,
  relative: none('ignore', 'It is about a relative.'),
  'focus-not-patient': none('ignore', 'It is about someone else, a fetus or a donor.'),
  'subject-mismatch': none('ignore', 'It belongs to another patient.'),
  'subject-missing': medium('The result names no patient; it came from a search for this one.'),
  'subject-by-identifier': medium('The patient is named by an identifier only.'),
  'subject-unproven': low('inform', 'The patient is named by an identifier that is not among those of this patient.'),
  somatic: none('ignore', 'It is a tumour result.'),
  'transplant-after-result': medium('The patient had a transplant after this test.'),
  'marrow-of-donor': low('inform', 'Blood cells come from the donor since the transplant.'),
  'blood-after-stem-cell-transplant': low(
    'inform',
    'The blood sample was taken after a stem-cell transplant and shows the donor, unless the cells were the patient’s own; the record does not say.',
  ),
  'sample-after-stem-cell-transplant': low('inform', 'The sample was taken after a stem-cell transplant and may show the donor.'),
  'liver-transplant-after-result': low('inform', 'The liver comes from a donor, so this result no longer tells how it works.'),
  'transfusion-before-sample': {
    ...free,
    note: 'The patient had a transfusion before this blood sample; blood that was not leukocyte-reduced can show donor cells.',
  },
  'linked-by-subid': medium('The gene was linked by the sub-identifier of the panel.'),
  'linked-by-single-gene': medium('The gene is the only one of the report.'),
  'clinician-entered': medium('Entered by a clinician, not by a laboratory.'),
  'incomplete-search': free,
  'unresolved-reference': free,
  'bad-code': medium('A code is wrong or does not fit its text; the text was read.'),
}

const weaker = <T>(order: readonly T[], left: T, right: T): T => (order.indexOf(left) >= order.indexOf(right) ? left : right)

/** Flags that only an internal rule needs; they are not shown. */
const HIDDEN = new Set(['marrow-of-donor', 'subject-unproven'])

export type Judgement = {
  readonly confidence: Confidence
  readonly use: Use
  readonly flags: readonly string[]
  readonly notes: readonly string[]
}

type Cap = { readonly confidence?: Confidence; readonly use?: Use }

const JUDGED = makeMemory<Judgement>()

/** The weakest of what the flags allow. When a reading is to be ignored, only the reasons for that are kept. */
export const judge = (flags: readonly string[], cap: Cap = {}): Judgement => {
  const key = `${cap.confidence ?? ''} ${cap.use ?? ''} ${flags.join(' ')}`
  return JUDGED.get(key) ?? JUDGED.keep(key, weigh(flags, cap))
}

const weigh = (flags: readonly string[], cap: Cap): Judgement => {
  const known = [...new Set(flags)].sort()
  const rules = known.map((flag) => RULES[flag] ?? free)
  const confidence = rules.reduce<Confidence>((left, rule) => weaker(CONFIDENCES, left, rule.confidence), cap.confidence ?? 'high')
  const use = rules.reduce<Use>((left, rule) => weaker(USES, left, rule.use), cap.use ?? 'act')
  const reasons = known.filter((flag) => RULES[flag]?.use === 'ignore')
  const kept = use !== 'ignore' ? known : reasons.length > 1 ? reasons.filter((flag) => flag !== 'negated-text') : reasons
  const first = use === 'act' ? [] : kept.filter((flag) => RULES[flag]?.use === use) // what keeps it from being used stands before the rest
  return {
    confidence,
    use,
    flags: kept.filter((flag) => !HIDDEN.has(flag)),
    notes: [...new Set([...first, ...kept])].flatMap((flag) => RULES[flag]?.note ?? []),
  }
}
