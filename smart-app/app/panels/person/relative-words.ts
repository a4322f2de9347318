import type { FamilyMember } from '../../../../src/contract/facts.ts'
import type { Person } from './layout.ts'
import { ageWords, atAgeWords, relativeWords } from './record-words.ts'
import { TEXT } from './texts.ts'

export const lifeWords = ({ deceased, age }: FamilyMember): string => {
  if (deceased?.is === true) return deceased.at ? TEXT.died(ageWords(deceased.at)) : TEXT.dead
  if (deceased?.is === false || age !== undefined) return age ? TEXT.aliveAt(ageWords(age)) : TEXT.alive
  return TEXT.lifeUnknown
}

export const conditionWords = (condition: FamilyMember['conditions'][number]): string =>
  [
    condition.name,
    condition.onsetAge ? TEXT.onset(atAgeWords(condition.onsetAge)) : null,
    condition.ledToDeath ? TEXT.cause : null,
    condition.note ?? null,
  ]
    .filter((part) => part !== null)
    .join(', ')

const SEXES = { female: TEXT.female, male: TEXT.male }

export const sexWords = (sex: Person['sex']): string => (sex ? SEXES[sex] : TEXT.unknownSex)

/** All that is known of somebody on the pedigree, as one reads it out. */
export const personWords = ({ number, who, member, sex }: Person): string => {
  if (who === 'patient') return `${number}, ${TEXT.patient}, ${sexWords(sex)}`
  if (member === null) return `${number}, ${sexWords(sex)}, ${TEXT.notRecorded}`
  const had = member.conditions.length > 0 ? member.conditions.map(conditionWords).join('; ') : TEXT.noConditions
  return `${number}, ${relativeWords(member)}, ${sexWords(sex)}, ${lifeWords(member)}. ${had}${member.note ? `. ${member.note}` : ''}`
}

const cut = (text: string, room: number): string => (text.length <= room ? text : `${text.slice(0, Math.max(1, room - 1))}…`)

/** The age alone: `46 years` is `46` below a symbol. */
const short = (age: string): string => age.replace(/^(\d+)\s*(years?|a)$/, '$1')

/** What stands below a symbol: who it is, up to two diseases with the age at onset, and the age. The whole is in the line below the picture. */
export const labelLines = ({ who, member }: Person, room: number): string[] => {
  if (who === 'patient') return [TEXT.patient]
  if (member === null) return [TEXT.notRecorded]
  const had = member.conditions.slice(0, 2).map(({ name, onsetAge }) => {
    const age = onsetAge ? ` ${cut(short(onsetAge), 12)}` : ''
    return `${cut(name, room - age.length)}${age}`
  })
  const more = member.conditions.length > 2 ? [`+${member.conditions.length - 2}`] : []
  const at = member.deceased?.is ? (member.deceased.at ? `† ${short(member.deceased.at)}` : '†') : member.age ? short(member.age) : null
  const relative = relativeWords(member)
  return [cut(at ? `${relative}, ${at}` : relative, room), ...had, ...more].filter((line, index, all) => all.indexOf(line) === index)
}
