import type { Gap } from '../contract/lineage.ts'
import type { Answer, Immunization, Questionnaire } from '../contract/person.ts'
import { amount, asCode, asDate, asObjects, asText, type Json, member, nameOf } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, sourceOf } from './lineage.ts'

const AUTHORED = [['authored', 'effective']] as const

/** Deeper nesting, or more answers, is no questionnaire that anybody reads here. */
const DEEPEST = 12
const MOST = 500

const quantityWords = (value: unknown): string | null => {
  const read = amount(value)
  return read === null ? null : `${read.comparator ?? ''}${read.value} ${read.unit ?? read.code ?? ''}`.trim()
}

/** The answer in the words of the one who gave it; null where none was given or it has no words. */
const answerWords = (answer: Json): string | null => {
  if (typeof answer.valueBoolean === 'boolean') return answer.valueBoolean ? 'yes' : 'no'
  for (const name of ['valueDecimal', 'valueInteger']) if (typeof answer[name] === 'number') return String(answer[name])
  return (
    quantityWords(answer.valueQuantity) ??
    asText(answer.valueString) ??
    asDate(answer.valueDate) ??
    asDate(answer.valueDateTime) ??
    asText(answer.valueTime) ??
    nameOf(answer.valueCoding) ??
    asText(answer.valueUri) ??
    nameOf(answer.valueReference) ??
    asText(member(answer.valueAttachment, 'title'))
  )
}

const answersOf = (items: readonly Json[], group: string | null, depth: number, found: Answer[]): void => {
  if (depth > DEEPEST) return
  for (const item of items) {
    if (found.length >= MOST) return
    const question = asText(item.text) ?? asText(item.linkId) ?? 'Unnamed question'
    const given = asObjects(item.answer)
    const nested = [...asObjects(item.item), ...given.flatMap((answer) => asObjects(answer.item))]
    const words = given.flatMap((answer) => answerWords(answer) ?? [])
    if (given.length > 0 || nested.length === 0) found.push({ question, answer: words.length > 0 ? words.join(', ') : null, group })
    answersOf(nested, given.length > 0 ? group : question, depth + 1, found)
  }
}

/** One QuestionnaireResponse: questions by their text, else by their linkId. Nothing is added up. */
export const readQuestionnaire = (item: Item, gaps: Gap[]): Questionnaire | null => {
  const { resource, ref } = item
  const status = asCode(resource.status)
  if (status === 'entered-in-error') {
    gaps.push(gap('questionnaires', 'withdrawn', 'A questionnaire is marked entered in error, so it is not shown.', ref))
    return null
  }
  const answers: Answer[] = []
  answersOf(asObjects(resource.item), null, 0, answers)
  if (answers.length >= MOST)
    gaps.push(gap('questionnaires', 'incomplete', `A questionnaire has more than ${MOST} answers; the first are shown.`, ref))
  const shown = asObjects(member(resource._questionnaire, 'extension')).flatMap(({ valueString }) => asText(valueString) ?? [])
  return {
    ref,
    title: shown[0] ?? nameOf(resource.code) ?? asText(resource.questionnaire)?.split('|', 1)[0]?.split('/').at(-1) ?? 'Questionnaire',
    status,
    answers,
    lineage: lineageOf(item, dateOf(resource, AUTHORED), undefined, sourceOf(resource.author, resource.source)),
  }
}

const GIVEN = [
  ['occurrenceDateTime', 'effective'],
  ['recorded', 'recorded'],
] as const

/** One Immunization with its status: `not-done` is told, not dropped. */
export const readImmunization = (item: Item, gaps: Gap[]): Immunization | null => {
  const { resource, ref } = item
  const status = asCode(resource.status)
  if (status === 'entered-in-error') {
    gaps.push(gap('immunizations', 'withdrawn', 'A vaccination is marked entered in error, so it is not shown.', ref))
    return null
  }
  const dated = dateOf(resource, GIVEN)
  return {
    ref,
    name: nameOf(resource.vaccineCode) ?? 'Unnamed vaccine',
    status,
    date: dated?.date ?? null,
    lineage: lineageOf(item, dated, undefined, sourceOf(resource.performer)),
  }
}
