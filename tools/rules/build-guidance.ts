import type { DraftRow } from './guidance-rows.ts'
import { readJsonLines } from './read-tables.ts'
import { parseRecommendations, type Recommendation } from './reference-schemas.ts'

const FILE = 'recommendations.jsonl'

/**
 * The reference has one phrase of harm for each drug. What HLA alleles do is not the harm of another gene of the same drug:
 * of these phrases a row without an HLA gene keeps the rest.
 */
const WITHOUT_HLA: ReadonlyMap<string | null, string | null> = new Map([
  ['SJS/TEN and DRESS', null],
  ['SJS/TEN; concentration-dependent toxicity', 'concentration-dependent toxicity'],
])

const riskOf = ({ genes, risk }: Recommendation): string | null =>
  genes.some((gene) => gene.startsWith('HLA')) || !WITHOUT_HLA.has(risk) ? risk : (WITHOUT_HLA.get(risk) ?? null)

/** One action of the source holds two conditions; our grammar has one (`parse-action.ts`). */
const REWORDED: Readonly<Record<string, string>> = {
  'if(anxiety or OCD):if-adr:dose=50%': 'if(anxiety or OCD, and side effects):dose=50%',
}

/**
 * Rows in which one condition covers two actions, or in which the bracket of an action names the patients it is for:
 * as `if(...)`, so that the record can decide. Read in: DPWG metoprolol (both steps hold only when the heart rate should fall slowly or
 * bradycardia is felt); CPIC thiopurines (a lower dose in malignant disease, another drug in the others).
 */
const SLOW_HEART = 'if(gradual heart rate reduction wanted, or symptomatic bradycardia):'
const FOR_MALIGNANCY = /^(start|dose)=([^()]+)\(malignancy(?:, ([^()]+))?\)$/
const FOR_OTHERS = /^alternative\(([^()]+), for non-malignant disease\)$/

const withConditions = (actions: readonly string[]): string[] =>
  actions.map((action) => {
    if (action === 'slow-titration' && actions[0]?.startsWith(SLOW_HEART)) return `${SLOW_HEART}${action}`
    const malignant = FOR_MALIGNANCY.exec(action)
    if (malignant) return `if(malignancy):${malignant[1]}=${malignant[2]}${malignant[3] === undefined ? '' : `(${malignant[3]})`}`
    const others = FOR_OTHERS.exec(action)
    return others ? `if(non-malignant disease):alternative(${others[1]})` : action
  })

/** Text that stands in the source but was not read is a note of the row, never one of its actions. */
const isUnread = (action: string): boolean => /(^|:)see-source/.test(action)

/** `text(under 40 kg)` -> `under 40 kg`; `if(cough):text` -> `if cough`. */
const unreadWords = (action: string): string =>
  action
    .replace(/:?see-source(?=$|\()/, '')
    .replace(/^(\w+)\((.*)\)$/, '$1 $2')
    .replace(/^\((.*)\)$/, '$1')

const DPYD_WORD = / \((Intermediate Metabolizer|Normal Metabolizer|Poor Metabolizer|Phenotyping)\)$/

/** DPWG DPYD keys carry the 2024 phenotype word in brackets; the score alone is the key. */
const keysOf = (values: readonly string[]): string[] => [...new Set(values.map((value) => value.replace(DPYD_WORD, '')))]

const hasWord = (raw: Recommendation, word: string): boolean =>
  raw.when.some((entry) => Object.values(entry).some((values) => values.some((value) => value.includes(word))))

/** A key that names two alleles at once cannot be produced for one patient's gene result. */
const UNUSABLE_KEY = '1511 and 1502'

const notesOf = (raw: Recommendation): string[] => {
  const unread = raw.actions.filter(isUnread)
  return [
    ...(raw.note === undefined ? [] : [raw.note]),
    ...(raw.seen === undefined || raw.seen === 'seen' ? [] : [`read: ${raw.seen}`]),
    ...(unread.length === 0
      ? []
      : [`the source says more that was not read: ${unread.map((action) => action.replace('see-source', 'text')).join('; ')}`]),
    ...(hasWord(raw, 'Phenotyping') ? ['DPWG files these scores under "phenotyping": measure DPD activity'] : []),
    ...(hasWord(raw, UNUSABLE_KEY) ? ['the key names two alleles together; no gene result has that form'] : []),
  ]
}

/** Only what was read and holds something to say is advice. */
const standingOf = (raw: Recommendation): DraftRow['standing'] =>
  raw.seen === 'not seen' || raw.actions.every(isUnread) || hasWord(raw, UNUSABLE_KEY) ? 'off' : 'advice'

const draftOf = (raw: Recommendation): DraftRow => {
  const notes = notesOf(raw)
  const unread = raw.actions.filter(isUnread)
  return {
    source: raw.src,
    drug: raw.drug,
    genes: raw.genes,
    when: raw.when.map((entry) => Object.fromEntries(Object.entries(entry).map(([gene, values]) => [gene, keysOf(values)]))),
    ...(raw.population === undefined ? {} : { population: raw.population }),
    strength: raw.src === 'DPWG' || raw.strength === 'N/A' ? null : raw.strength,
    actions: withConditions(raw.actions.filter((action) => !isUnread(action)).map((action) => REWORDED[action] ?? action)),
    effect: raw.effect,
    risk: riskOf(raw),
    guideline: {
      id: raw.guideline,
      url: `https://www.clinpgx.org/guidelineAnnotation/${raw.guideline}`,
      year: raw.year,
      pmid: raw.pmid,
      asOf: raw.asof,
    },
    ...(raw.cpic_level === undefined ? {} : { cpicLevel: raw.cpic_level }),
    standing: standingOf(raw),
    ...(raw.superseded === undefined ? {} : { superseded: raw.superseded }),
    ...(unread.length === 0 || standingOf(raw) === 'off' ? {} : { unread: unread.map(unreadWords) }),
    ...(notes.length === 0 ? {} : { note: notes.join('. ') }),
  }
}

const meaningOf = (row: DraftRow): string => JSON.stringify([row.source, row.drug, row.population ?? null, [...row.actions].sort()])
const keysAt = (row: DraftRow): string => JSON.stringify(row.when)

/**
 * Two rows can say the same for the same key once DPWG's phenotype words are gone (DPYD score 1.0);
 * the later one is then off, so that the advice is not given twice.
 */
const withoutEchoes = (rows: readonly DraftRow[]): DraftRow[] =>
  rows.map((row, index) => {
    if (row.genes.length !== 1 || row.genes[0] !== 'DPYD') return row
    const keys = row.when.flatMap((entry) => entry.DPYD ?? [])
    const echo = rows.some(
      (other, at) =>
        at !== index &&
        meaningOf(other) === meaningOf(row) &&
        keysAt(other) !== keysAt(row) &&
        keys.every((key) => other.when.some((entry) => entry.DPYD?.includes(key))),
    )
    return echo ? { ...row, standing: 'off', note: `${row.note ?? ''}. Another row of the same source says the same for this score` } : row
  })

/** CPIC and DPWG rows in the order of the reference; nothing is left out. */
export const draftGuidance = (reference: string): DraftRow[] =>
  withoutEchoes(parseRecommendations(FILE, readJsonLines(reference, FILE)).map(draftOf))
