import type { Silence, WrittenCards } from '../contract/cards.ts'
import type { Assessment, DrugAssessment } from '../contract/findings.ts'
import { blindingGaps, headFinding, indicatorOf, rankOf } from './card-policy.ts'
import { guidanceDetail } from './detail.ts'
import { asClause, bulletList, escapeText, joinSections, listWords, section } from './markdown.ts'
import { appLink, finish, silenceWords, sourceLink, summaryOf, trace, type Writing } from './write-cards.ts'

/** One card for all active medicines that known genotypes speak against; the chart's opening is no place for a card per drug. */
export const writeMedicineCards = (assessment: Assessment, writing: Writing): WrittenCards => {
  const flagged = assessment.medicines.flatMap((drug) => {
    const head = headFinding(drug, writing.policy)
    return head && rankOf(head.consequence) <= rankOf('dose') ? [{ drug, head }] : []
  })
  const silences = assessment.medicines.filter((drug) => !flagged.some((entry) => entry.drug === drug)).map(silenceWords)
  const blind = assessment.medicines.filter((drug) => !flagged.some((entry) => entry.drug === drug) && blindingGaps(drug).length > 0)
  const first = flagged[0]
  if (!first) return writeBlindMedicines(blind, silences, writing)
  flagged.sort((a, b) => rankOf(a.head.consequence) - rankOf(b.head.consequence))
  const worst = flagged[0] ?? first
  const uuid = writing.newUuid()
  const lines = flagged.map(({ head }) => summaryOf(head, assessment, writing.wording))
  const card = finish(
    {
      summary:
        flagged.length === 1
          ? (lines[0] ?? '')
          : `${flagged.length} medicines to review against genotype: ${listWords(flagged.map(({ drug }) => drug.drug.name))}`,
      detail: joinSections([
        ...flagged.map(
          ({ drug, head }) =>
            `${section(escapeText(drug.drug.name), escapeText(summaryOf(head, assessment, writing.wording)))}\n\n${guidanceDetail(drug, head, assessment.geneCalls, writing.wording)}`,
        ),
        blind.length > 0
          ? section(
              'Not assessed',
              bulletList(blind.map((drug) => escapeText(`${drug.drug.name}: ${blindingGaps(drug)[0]?.because ?? ''}`))),
            )
          : '',
      ]),
      indicator: indicatorOf(worst.head, writing.wording),
      links: [appLink(flagged.length === 1 ? worst.drug : null, null, uuid, writing), ...sourceLink(worst.head, writing)],
    },
    uuid,
    [],
    writing,
    true,
  )
  const findings = flagged.flatMap(({ drug }) => drug.findings)
  return { cards: [card], traces: [trace(card, 'guidance', flagged.length === 1 ? worst.drug : null, findings)], silences }
}

const writeBlindMedicines = (blind: readonly DrugAssessment[], silences: readonly Silence[], writing: Writing): WrittenCards => {
  const first = blind[0]
  const gap = first && blindingGaps(first)[0]
  if (!first || !gap || !writing.policy.notAssessed) return { cards: [], traces: [], silences }
  const uuid = writing.newUuid()
  const card = finish(
    {
      summary: `Not assessed: ${listWords(blind.map((drug) => drug.drug.name))}, because ${asClause(gap.because)}`,
      detail: joinSections(
        blind.map((drug) =>
          section(
            escapeText(drug.drug.name),
            bulletList(blindingGaps(drug).map((entry) => escapeText(`${entry.about}: ${entry.because}`))),
          ),
        ),
      ),
      indicator: 'info',
      links: [appLink(null, null, uuid, writing)],
    },
    uuid,
    [],
    writing,
    true,
  )
  return { cards: [card], traces: [trace(card, 'not-assessed', blind.length === 1 ? first : null, [])], silences }
}
