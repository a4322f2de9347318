import type { ModelFigure, WithheldGroup } from '../../contract/models.ts'
import { attributeText, attributeTexts, type CardSource } from './card-source.ts'
import type { ChaiNode } from './chai-schema.ts'
import { describeInput } from './describe-inputs.ts'
import { EVERYONE, figuresOf, withheldOf } from './figures.ts'

/** What the 31 attributes do not ask for. A folder may say it in `card.json` under `chai`; this is said where it does not. */
const UNSAID = {
  developerContact: 'Through the issue tracker of the Attune project, or the site that runs this installation.',
  globalAvailability:
    'Open-source software, available wherever it is installed. Whether it fits the people there is for the site to validate.',
  clinicalRiskLevel: 'Not rated by an authority. It informs a decision and makes none; what a wrong number can do is under known risks.',
  stakeholdersConsulted: 'No consultation beyond the published sources is recorded.',
  patientConsentOrDisclosure: 'No consent of its own is asked for; the site decides what patients are told.',
} as const

const STAGES: Readonly<Record<string, string>> = {
  published: 'Published equation or score, in software form',
  research: 'Research',
}

const TYPES: Readonly<Record<string, string>> = {
  equation: 'Published equation or point score, computed as an ONNX graph and as a second implementation of the same formula.',
  trees: 'Gradient-boosted trees, as an ONNX graph.',
  network: 'Neural network, as an ONNX graph.',
  polygenic: 'Polygenic score: weighted sum of allele counts.',
  external: 'Model of this site, as an ONNX graph; its inner form is not known to the software.',
}

const list = (rows: readonly string[]): string => rows.map((row) => `- ${row}`).join('\n')
const paragraphs = (...texts: readonly string[]): string => texts.filter((text) => text !== '').join('\n\n')
const unitOf = (unit: string): string => (unit === '' ? '' : ` (${unit})`)

const outputsOf = ({ manifest }: CardSource): string[] => [
  ...new Set(
    manifest.variants.flatMap(({ outputs }) =>
      outputs.filter(({ hidden }) => hidden !== true).map(({ label, unit }) => `${label}${unitOf(unit)}`),
    ),
  ),
]

const inputLine = (spec: CardSource['inputs'][number]): string => {
  const { label, unit, readAs, range, freshDays, missing } = describeInput(spec)
  const bounds = range ? `; ${range.low} to ${range.high}${unit === '' ? '' : ` ${unit}`}` : ''
  const fresh = freshDays === null ? '' : `; not older than ${freshDays} days`
  return `${label}${unitOf(unit)}: ${readAs}${bounds}${fresh}. ${missing}`
}

/** Inputs one by one; places of the genome, of which a score has hundreds, as one line. */
const inputLines = ({ inputs }: CardSource): string[] => {
  const places = inputs.filter(({ kind }) => kind === 'dosage')
  return [
    ...inputs.filter(({ kind }) => kind !== 'dosage').map(inputLine),
    ...(places.length > 0 ? [`Number of effect alleles at ${places.length} places of the genome, as features.json names them.`] : []),
  ]
}

type Result = { readonly Label: string; readonly ValueJson: string }
const result = (Label: string, value: object): Result => ({ Label, ValueJson: JSON.stringify(value) })

const figureResult = ({ on, group, measure, value, low, high, n }: ModelFigure): Result =>
  result(`${measure}, ${group}, ${on}`, {
    kind: 'single',
    value,
    ...(low === null || high === null ? {} : { interval: [low, high] }),
    ...(n === null ? {} : { n }),
  })

/** At least one result stands under each metric; where nothing was measured that is the result. */
const resultsOf = (figures: readonly ModelFigure[], withheld: readonly WithheldGroup[] = []): ChaiNode => {
  const rows = [
    ...figures.map(figureResult),
    ...withheld.map(({ on, group, n, because }) => result(`Not reported, ${group}, ${on}. ${because}`, { kind: 'none', n })),
  ]
  return { MetricResult: rows.length > 0 ? rows : [result('Not measured by this project', { kind: 'none' })] }
}

type Metric = {
  readonly goal: string
  readonly results: ChaiNode
  readonly reading: string
  readonly test: string
  readonly data: string
  readonly process: string
}

const metric = ({ goal, results, reading, test, data, process }: Metric): ChaiNode => ({
  MetricGoal: goal,
  Results: results,
  Interpretation: reading,
  TestType: test,
  TestingDataDescription: data,
  ValidationProcessAndJustification: process,
})

/** What the figures were measured on, in words. */
const testOf = ({ manifest }: CardSource): string => {
  if (manifest.performance) return 'Evaluation on people whom the training did not see'
  if (manifest.intervals) return `Recomputation on a cohort. ${manifest.intervals.basis}`
  return 'None by this project'
}

const keyMetrics = (source: CardSource): ChaiNode => {
  const { manifest, vectors } = source
  const figures = figuresOf(manifest)
  const measured = {
    test: testOf(source),
    data: attributeTexts(source, 'external_validation_process.1', 'external_validation_process.3'),
    process: attributeTexts(source, 'external_validation_process.2', 'external_validation_process.4'),
  }
  const rows = result('Test vectors in the folder', { kind: 'single', value: vectors, tolerance: manifest.vectors.tolerance })
  return {
    UsefulnessUsabilityEfficacy: metric({
      goal: 'How well the number agrees with what happened.',
      results: resultsOf(figures.filter(({ group }) => group === EVERYONE)),
      reading: attributeTexts(source, 'quantitative_performance.1', 'quantitative_performance.3', 'quantitative_performance.5'),
      ...measured,
    }),
    FairnessEquity: metric({
      goal: 'Whether it agrees as well in every group.',
      results: resultsOf(
        figures.filter(({ group }) => group !== EVERYONE),
        withheldOf(manifest),
      ),
      reading: attributeTexts(source, 'quantitative_performance.2', 'quantitative_performance.4'),
      ...measured,
    }),
    SafetyReliability: metric({
      goal: 'Whether the software computes what its source describes.',
      results: { MetricResult: [rows] },
      reading: manifest.verified.says,
      test: 'Test vectors, run through the graph at each start',
      data: 'Inputs with expected outputs in vectors.json; they describe no person.',
      process: 'A vector that is missed stops the model. That shows that the formula is right, not that it fits local patients.',
    }),
  }
}

const braces = (text: string): string => text.replace(/[{}\\]/g, '')

/** BibTeX: one entry per DOI of the citation, else one for the whole of it. */
const bibliography = ({ manifest }: CardSource): string => {
  const dois = [...manifest.citation.matchAll(/doi:\s*(10\.\S+?)[.,;)]*(?=\s|$)/gi)].map(([, doi = '']) => doi)
  const entry = (key: string, doi: string) =>
    `@misc{${key},\n  title = {${braces(manifest.name)}},\n  note = {${braces(manifest.citation)}}${doi === '' ? '' : `,\n  doi = {${braces(doi)}}`}\n}`
  if (dois.length === 0) return entry(manifest.id, '')
  return dois.map((doi, n) => entry(dois.length === 1 ? manifest.id : `${manifest.id}-${n + 1}`, doi)).join('\n\n')
}

/** The CHAI Applied Model Card of a model, by element name. Every word of it stands in the model's folder or in this file. */
export const chaiCard = (source: CardSource): ChaiNode => {
  const { manifest, card } = source
  const said = { ...UNSAID, ...card.chai }
  const off = manifest.variants.flatMap((variant) => (variant.off === undefined ? [] : [`Off: ${variant.label}. ${variant.off}`]))
  return {
    BasicInfo: {
      ModelName: `${manifest.title}: ${manifest.name}`,
      ModelDeveloper: attributeText(source, 'details_and_output.1'),
      DeveloperContact: said.developerContact,
    },
    ReleaseInfo: {
      ReleaseStage: STAGES[manifest.standing] ?? manifest.standing,
      ReleaseDate: card.asOf,
      ReleaseVersion: manifest.version,
      GlobalAvailability: said.globalAvailability,
      EHRCompatibility: { EHR: ['EHRs with CDS Hooks 2.0 and FHIR R4', 'EHRs that launch SMART on FHIR apps'] },
      RegulatoryApproval: 'None is claimed.',
    },
    ModelSummary: {
      Summary: paragraphs(attributeText(source, 'details_and_output.3'), attributeText(source, 'purpose.1')),
      Keywords: { Keyword: [manifest.kind, manifest.title, ...manifest.drugs.map(({ name }) => name)] },
    },
    UsesAndDirections: {
      IntendedUseAndWorkflow: attributeTexts(source, 'purpose.1', 'purpose.4'),
      PrimaryIntendedUsers: attributeText(source, 'purpose.3'),
      HowToUse: paragraphs(
        "Computed from the patient's record; each input is shown with its value, unit, date and source.",
        list(manifest.limits),
      ),
      TargetedPatientPopulation: paragraphs(attributeText(source, 'purpose.2'), ...manifest.population.statements),
      CautionedOutOfScopeSettings: attributeText(source, 'out_of_scope.1'),
    },
    Warnings: {
      KnownRisksAndLimitations: paragraphs(attributeText(source, 'out_of_scope.2'), ...off),
      KnownBiasesOrEthicalConsiderations: attributeTexts(source, 'development_and_inputs.2', 'development_and_inputs.3'),
      ClinicalRiskLevel: said.clinicalRiskLevel,
    },
    TrustIngredients: {
      AISystemFacts: {
        OutcomesAndOutputs: attributeTexts(source, 'details_and_output.3', 'details_and_output.4'),
        ModelType: TYPES[manifest.kind] ?? manifest.kind,
        FoundationModels: 'None.',
        InputDataSource: "FHIR R4 resources of the patient's record, read at the time of the call.",
        OutputAndInputDataTypes: paragraphs('Outputs:', list(outputsOf(source)), 'Inputs:', list(inputLines(source))),
        DevelopmentDataCharacterization: attributeTexts(
          source,
          'development_and_inputs.1',
          'development_and_inputs.3',
          'development_and_inputs.4',
        ),
        BiasMitigationApproaches: attributeTexts(source, 'fairness_process.1', 'fairness_process.2'),
        OngoingMaintenance: attributeTexts(
          source,
          'ongoing_maintenance.1',
          'ongoing_maintenance.2',
          'ongoing_maintenance.3',
          'ongoing_maintenance.4',
          'update_schedule.1',
          'update_schedule.2',
        ),
        Security: 'Files are held against their SHA-256 at each start; a file that differs stops the model.',
        Transparency: list(manifest.graphs.map(({ file, sha256 }) => `${file}: SHA-256 ${sha256}`)),
      },
      TransparencyInformation: {
        FundingSource: attributeText(source, 'details_and_output.2'),
        ThirdPartyInformation: manifest.licence,
        StakeholdersConsulted: said.stakeholdersConsulted,
      },
    },
    KeyMetrics: keyMetrics(source),
    Resources: {
      EvaluationReferences: manifest.verified.says,
      PeerReviewedPublications: manifest.citation,
      PatientConsentOrDisclosure: said.patientConsentOrDisclosure,
    },
    Bibliography: bibliography(source),
  }
}
