import { SENSITIVE_CLASSES } from '../governance/sensitive.ts'
import type { ScoringFile } from './scoring-file.ts'

const UNREAD = 'See the paper; it was not read for this release.'
const NOT_MEASURED = 'Not measured by this project.'

type Attribute = readonly [id: string, label: string, text: string]

const attributesOf = ({ id, trait, citation, variants, build }: ScoringFile): readonly Attribute[] => [
  [
    'details_and_output.1',
    'Developer and contact',
    `The authors of ${citation}. Software form, checks and this card: the Attune project; contact through its issue tracker.`,
  ],
  ['details_and_output.2', 'Funding', `${UNREAD} The software form has no outside funding.`],
  [
    'details_and_output.3',
    'Output',
    `A sum of weights over ${variants.length} variants, reported for: ${trait.toLowerCase()}. No probability.`,
  ],
  ['details_and_output.4', 'Kind of output', 'Analysis: a rank on one scale, no prediction of an event.'],
  ['purpose.1', 'Intended use', 'To show an inherited tendency beside other findings, in research and teaching.'],
  ['purpose.2', 'Intended patients', 'Adults of the ancestry in which the score was made.'],
  ['purpose.3', 'Intended users', 'Clinicians and genetic counsellors who know the limits of such scores.'],
  ['purpose.4', 'Role in the decision', 'Informs. No treatment or screening follows from it alone.'],
  [
    'out_of_scope.1',
    'Avoid',
    'Carriers of a high-risk variant of the same disease, where that variant decides; people of another ancestry; children; embryos.',
  ],
  [
    'out_of_scope.2',
    'Risks and limits',
    'The mean of the score differs between ancestries for reasons other than risk. A low score does not exclude the disease.',
  ],
  ['development_and_inputs.1', 'Training data', UNREAD],
  [
    'development_and_inputs.2',
    'Sensitive data used as inputs',
    `None of the nine classes is an input; genotypes are themselves sensitive and correlate with ancestry. Not used: ${SENSITIVE_CLASSES.join(', ')}.`,
  ],
  ['development_and_inputs.3', 'Representativeness', UNREAD],
  [
    'development_and_inputs.4',
    'Relevance',
    'Local patients may differ in ancestry and in how they were genotyped; local validation is advised.',
  ],
  [
    'fairness_process.1',
    'Approach to fairness',
    'No comparison between ancestries is offered, and no percentile without the frequencies of a stated population.',
  ],
  ['fairness_process.2', 'Approach to bias', 'No correction by this project.'],
  [
    'external_validation_process.1',
    'Data and setting',
    'This project used no patient data of its own. See the evaluations that the PGS Catalog lists for the score.',
  ],
  ['external_validation_process.2', 'Who ran it', 'The authors and later groups; nobody for this software form.'],
  ['external_validation_process.3', 'Representativeness', 'Not assessed by this project.'],
  [
    'external_validation_process.4',
    'How',
    `Test vectors summed straight from the scoring file (${id}, ${build}); that shows that the sum is right, not that it fits local patients.`,
  ],
  ['quantitative_performance.1', 'Validity, same source', 'Not recomputed by this project; see the paper.'],
  ['quantitative_performance.2', 'Fairness, same source', 'Not recomputed by this project; see the paper.'],
  ['quantitative_performance.3', 'Validity, external', NOT_MEASURED],
  ['quantitative_performance.4', 'Fairness, external', NOT_MEASURED],
  ['quantitative_performance.5', 'Effect on outcomes', NOT_MEASURED],
  [
    'ongoing_maintenance.1',
    'Watching validity',
    'At every start: file hash, shapes and test vectors. At each run: the graph against the sum in a second implementation.',
  ],
  ['ongoing_maintenance.2', 'Local validity', 'Not known until a site validates on its own patients (attune models validate).'],
  [
    'ongoing_maintenance.3',
    'Watching fairness',
    "Not automatic. A site's validation (attune models validate) gives figures by sex, age, race and site.",
  ],
  ['ongoing_maintenance.4', 'Local fairness', 'Not known until a site validates on its own patients (attune models validate).'],
  ['update_schedule.1', 'Updates', 'A scoring file does not change once published. The folder is reviewed with each release.'],
  ['update_schedule.2', 'Correction', 'When a check fails the score is not served; a correction is a new version with its own hash.'],
]

/** Model card of a polygenic score, in the layout of `card.json`: the 31 source attributes of 45 CFR 170.315(b)(11)(iv). */
export const scoreCard = (
  file: ScoringFile,
  { id, version, asOf }: { readonly id: string; readonly version: string; readonly asOf: string },
) => ({
  model: id,
  version,
  asOf,
  attributes: attributesOf(file).map(([attribute, label, text]) => ({ id: attribute, label, text })),
})
