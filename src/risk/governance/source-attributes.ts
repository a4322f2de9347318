import type { AttributeGroup, SourceAttribute, SourceAttributes } from '../../contract/models.ts'
import { attributeText, type CardSource } from './card-source.ts'
import { classesOf, SENSITIVE_CLASSES } from './sensitive.ts'

/** Groups of the 31 attributes of predictive interventions, 45 CFR 170.315(b)(11)(iv)(B), with our own titles. */
const GROUPS: readonly (readonly [id: string, title: string])[] = [
  ['details_and_output', 'Details and output'],
  ['purpose', 'Purpose'],
  ['out_of_scope', 'Cautioned and out-of-scope use'],
  ['development_and_inputs', 'Development and inputs'],
  ['fairness_process', 'Fairness in development'],
  ['external_validation_process', 'External validation process'],
  ['quantitative_performance', 'Quantitative performance'],
  ['ongoing_maintenance', 'Ongoing maintenance'],
  ['update_schedule', 'Update schedule'],
]

/** Inputs of a class, in words; `Not an input.` when there is none. */
const useOf = ({ inputs }: Pick<CardSource, 'inputs'>, name: string): string => {
  const labels = inputs.filter((spec) => classesOf(spec).includes(name)).map(({ label }) => label)
  return labels.length === 0 ? 'Not an input.' : `Input: ${labels.join(', ')}.`
}

const evidenceBased = (source: CardSource): SourceAttribute[] => {
  const { manifest, card } = source
  const rows: readonly (readonly [label: string, text: string])[] = [
    ['Bibliographic citation', manifest.citation],
    ['Developer', attributeText(source, 'details_and_output.1')],
    ['Funding', attributeText(source, 'details_and_output.2')],
    ['Release and revision', `Version ${manifest.version}; card as of ${card.asOf}. ${attributeText(source, 'update_schedule.1')}`],
    ...SENSITIVE_CLASSES.map((name) => [`Use of ${name}`, useOf(source, name)] as const),
  ]
  return rows.map(([label, text], n) => ({ id: `evidence_based.${n + 1}`, label, text }))
}

const predictive = ({ card }: CardSource): AttributeGroup[] =>
  GROUPS.map(([id, title]) => ({ id, title, attributes: card.attributes.filter((attribute) => attribute.id.startsWith(`${id}.`)) }))

/** All source attributes of a model. The model is predictive by the rule; what the evidence-based list asks for is told too. */
export const sourceAttributes = (source: CardSource): SourceAttributes => ({
  model: source.manifest.id,
  version: source.manifest.version,
  asOf: source.card.asOf,
  predictive: predictive(source),
  evidenceBased: evidenceBased(source),
})
