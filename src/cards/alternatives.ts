import type { Alternative, DrugAssessment } from '../contract/findings.ts'
import { capital } from './action-words.ts'
import { bulletList, escapeText, section } from './markdown.ts'

const VERDICTS: Readonly<Record<Alternative['verdict'], string>> = {
  fits: 'fits this patient as far as checked',
  caution: 'possible with caution',
  unfit: 'not for this patient',
  unknown: 'could not be checked fully',
}

type Check = Alternative['checked'][number]

const namesOf = (checks: readonly Check[]): string => [...new Set(checks.map(({ what }) => what))].join(', ')

/** Checks that found nothing, with the value that was looked at where its age matters. */
const answered = (checks: readonly Check[]): string =>
  [...new Set(checks.map(({ what, found }) => (found === undefined ? what : `${what} (${found})`)))].join(', ')

/** Checks without an answer, those with the same reason together: `weight (no weight on record)`. */
const unanswered = (checks: readonly Check[]): string => {
  const reasons = [...new Set(checks.map(({ because }) => because))]
  return reasons.map((because) => `${namesOf(checks.filter((check) => check.because === because))} (${because})`).join('; ')
}

/** One replacement in a line: what it comes to, what stands against it, what was checked, and what was not and why. */
const alternativeLine = ({ drug, namedBy, verdict, checked, noProduct, product, labelOpen }: Alternative): string => {
  const by = (result: Check['result']) => checked.filter((check) => check.result === result)
  const parts = [
    VERDICTS[verdict],
    by('problem')
      .map(({ because }) => because)
      .join('; '),
    by('ok').length > 0 ? `checked: ${answered(by('ok'))}` : '',
    by('not-checked').length > 0 ? `not checked: ${unanswered(by('not-checked'))}` : '',
    verdict === 'fits' && product !== null && labelOpen.length > 0
      ? `offered, not recommended: its label was not checked for ${labelOpen.join('; ')}`
      : '',
    verdict === 'fits' && noProduct !== undefined ? `not offered as an order: ${noProduct}` : '',
  ]
  return `${drug.name} (${namedBy.join(', ')}): ${parts
    .filter(Boolean)
    .map((part, at) => (at === 0 ? part : capital(part)))
    .join('. ')}`
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The name of a drug as sources write it: in any case, a combination with or without blanks. */
const asWritten = ({ drug: { name } }: Alternative): RegExp =>
  new RegExp(
    `(?<![\\p{L}\\p{N}])${name
      .split(/\s*\/\s*/)
      .map(escaped)
      .join('\\s*/\\s*')}(?![\\p{L}\\p{N}])`,
    'giu',
  )

/** Advice in the words of a source, with what is against each drug of it that is not for this patient: `prasugrel (not for this patient: age)`. */
export const markUnfit = (advice: string, { alternatives }: DrugAssessment): string =>
  alternatives
    .filter(({ verdict }) => verdict === 'unfit')
    .reduce((text, one) => {
      const against = namesOf(one.checked.filter(({ result }) => result === 'problem'))
      return text.replaceAll(asWritten(one), (name) => `${name} (not for this patient: ${against})`)
    }, advice)

/** What the sources name instead, with what was checked for this patient. */
export const alternativesSection = ({ alternatives }: DrugAssessment): string =>
  section('Alternatives named by the sources', bulletList(alternatives.map((alternative) => escapeText(alternativeLine(alternative)))))
