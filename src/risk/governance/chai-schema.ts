/**
 * The CHAI Applied Model Card, version 0.2: elements in the order that its schema asks for (xs:sequence).
 * Source: coalition-for-health-ai/mc-schema, v0.2/schema.xsd. `?` may be absent, `*` may be repeated or absent, `+` at least once.
 */
export const CHAI_NAMESPACE = 'https://mc.chai.org/v0.2/schema.xsd'

export type ChaiElement = { readonly name: string; readonly times: '' | '?' | '*' | '+'; readonly children: readonly ChaiElement[] }

const element = (written: string, children: readonly ChaiElement[] = []): ChaiElement => {
  const [, name = '', times = ''] = written.match(/^(\w+)([?*+]?)$/) ?? []
  return { name, times: times as ChaiElement['times'], children } // the pattern lets nothing else through
}
const texts = (...names: readonly string[]): ChaiElement[] => names.map((name) => element(name))

const METRIC = [
  ...texts('MetricGoal'),
  element('Results', [element('MetricResult+', texts('Label', 'ValueJson'))]),
  ...texts('Interpretation', 'TestType', 'TestingDataDescription', 'ValidationProcessAndJustification'),
]

export const CHAI_CARD: ChaiElement = element('AppliedModelCard', [
  element('BasicInfo', texts('ModelName', 'ModelDeveloper', 'DeveloperContact')),
  element('ReleaseInfo', [
    ...texts('ReleaseStage', 'ReleaseDate', 'ReleaseVersion', 'GlobalAvailability'),
    element('EHRCompatibility?', [element('EHR*')]),
    element('RegulatoryApproval?'),
  ]),
  element('ModelSummary', [element('Summary'), element('Keywords', [element('Keyword*')])]),
  element(
    'UsesAndDirections',
    texts('IntendedUseAndWorkflow', 'PrimaryIntendedUsers', 'HowToUse', 'TargetedPatientPopulation', 'CautionedOutOfScopeSettings'),
  ),
  element('Warnings', texts('KnownRisksAndLimitations', 'KnownBiasesOrEthicalConsiderations', 'ClinicalRiskLevel')),
  element('TrustIngredients', [
    element(
      'AISystemFacts',
      texts(
        'OutcomesAndOutputs',
        'ModelType',
        'FoundationModels?',
        'InputDataSource',
        'OutputAndInputDataTypes',
        'DevelopmentDataCharacterization',
        'BiasMitigationApproaches',
        'OngoingMaintenance',
        'Security?',
        'Transparency?',
      ),
    ),
    element('TransparencyInformation', texts('FundingSource', 'ThirdPartyInformation?', 'StakeholdersConsulted')),
  ]),
  element('KeyMetrics', [
    element('UsefulnessUsabilityEfficacy', METRIC),
    element('FairnessEquity', METRIC),
    element('SafetyReliability', METRIC),
  ]),
  element(
    'Resources',
    texts('EvaluationReferences?', 'ClinicalTrial?', 'PeerReviewedPublications', 'ReimbursementStatus?', 'PatientConsentOrDisclosure'),
  ),
  element('Bibliography'),
])

/** A card as plain values: text, an element with its children, or a list where the schema lets an element repeat. */
export type ChaiNode = string | readonly ChaiNode[] | { readonly [element: string]: ChaiNode }

const listOf = (value: ChaiNode | undefined): readonly ChaiNode[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as ChaiNode]

/** Children of a node by the schema, each as often as it stands there, in the schema's order. */
export const childrenOf = (schema: ChaiElement, node: ChaiNode): readonly { readonly schema: ChaiElement; readonly node: ChaiNode }[] => {
  if (typeof node === 'string' || Array.isArray(node)) return []
  const members = node as { readonly [element: string]: ChaiNode }
  return schema.children.flatMap((child) => listOf(members[child.name]).map((one) => ({ schema: child, node: one })))
}

const countProblem = ({ name, times }: ChaiElement, count: number, path: string): string[] => {
  if (count === 0 && (times === '' || times === '+')) return [`${path} has no ${name}`]
  if (count > 1 && (times === '' || times === '?')) return [`${path} has ${name} ${count} times`]
  return []
}

/** What keeps a card from being one by the schema, or leaves an element without words. */
export const chaiProblems = (node: ChaiNode, schema: ChaiElement = CHAI_CARD, path: string = schema.name): string[] => {
  if (schema.children.length === 0)
    return typeof node === 'string' ? (node.trim() === '' ? [`${path} is empty`] : []) : [`${path} is not text`]
  if (typeof node === 'string' || Array.isArray(node)) return [`${path} has no elements`]
  const members = node as { readonly [element: string]: ChaiNode }
  const known = new Set(schema.children.map(({ name }) => name))
  return [
    ...Object.keys(members)
      .filter((name) => !known.has(name))
      .map((name) => `${path} has the unknown element ${name}`),
    ...schema.children.flatMap((child) => countProblem(child, listOf(members[child.name]).length, path)),
    ...childrenOf(schema, node).flatMap((child) => chaiProblems(child.node, child.schema, `${path}/${child.schema.name}`)),
  ]
}
