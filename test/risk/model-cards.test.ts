import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeCardMarkdown } from '../../src/risk/governance/card-markdown.ts'
import type { CardSource } from '../../src/risk/governance/card-source.ts'
import { chaiCard } from '../../src/risk/governance/chai-card.ts'
import { type ChaiNode, chaiProblems } from '../../src/risk/governance/chai-schema.ts'
import { writeChaiXml } from '../../src/risk/governance/chai-xml.ts'
import { classesOf, SENSITIVE_CLASSES } from '../../src/risk/governance/sensitive.ts'
import { sourceAttributes } from '../../src/risk/governance/source-attributes.ts'
import { cardSchema, featuresSchema, manifestSchema, vectorsSchema } from '../../src/risk/model-folder.ts'
import { readXml, type XmlElement } from './read-xml.ts'

const read = (id: string, file: string): unknown => JSON.parse(readFileSync(`models/${id}/${file}`, 'utf8'))
const sourceOf = (id: string): CardSource => ({
  manifest: manifestSchema.parse(read(id, 'manifest.json')),
  inputs: featuresSchema.parse(read(id, 'features.json')).inputs,
  card: cardSchema.parse(read(id, 'card.json')),
  vectors: vectorsSchema.parse(read(id, 'vectors.json')).vectors.length,
})
const ids = readdirSync('models').filter((id) => existsSync(`models/${id}/manifest.json`))

/** Leaf texts of a card with their element names, in order. */
const leaves = (node: ChaiNode, name = ''): [string, string][] => {
  if (typeof node === 'string') return [[name, node]]
  if (Array.isArray(node)) return node.flatMap((one: ChaiNode) => leaves(one, name))
  return Object.entries(node).flatMap(([child, value]) => leaves(value, child))
}
const leavesOfXml = (element: XmlElement): [string, string][] =>
  element.children.length === 0 ? [[element.name, element.text]] : element.children.flatMap(leavesOfXml)

/** The order of the schema's elements, by hand from coalition-for-health-ai/mc-schema v0.2: a second list beside the code's. */
const METRIC =
  'MetricGoal Results( MetricResult( Label ValueJson )+ ) Interpretation TestType TestingDataDescription ValidationProcessAndJustification'
const ORDER = `BasicInfo( ModelName ModelDeveloper DeveloperContact )
ReleaseInfo( ReleaseStage ReleaseDate ReleaseVersion GlobalAvailability EHRCompatibility( EHR+ )? RegulatoryApproval? )
ModelSummary( Summary Keywords( Keyword+ ) )
UsesAndDirections( IntendedUseAndWorkflow PrimaryIntendedUsers HowToUse TargetedPatientPopulation CautionedOutOfScopeSettings )
Warnings( KnownRisksAndLimitations KnownBiasesOrEthicalConsiderations ClinicalRiskLevel )
TrustIngredients( AISystemFacts( OutcomesAndOutputs ModelType FoundationModels? InputDataSource OutputAndInputDataTypes
  DevelopmentDataCharacterization BiasMitigationApproaches OngoingMaintenance Security? Transparency? )
  TransparencyInformation( FundingSource ThirdPartyInformation? StakeholdersConsulted ) )
KeyMetrics( UsefulnessUsabilityEfficacy( ${METRIC} ) FairnessEquity( ${METRIC} ) SafetyReliability( ${METRIC} ) )
Resources( EvaluationReferences? ClinicalTrial? PeerReviewedPublications ReimbursementStatus? PatientConsentOrDisclosure )
Bibliography`
const pattern = new RegExp(
  `^${ORDER.replaceAll(/(\w+)\(/g, '(?:<$1>')
    .replaceAll(/\)/g, '</>)')
    .replaceAll(/(?<=\s|^)(\w+)/g, '(?:<$1></>)')
    .replaceAll(/\s+/g, '')}$`,
)
const shape = (element: XmlElement): string => `<${element.name}>${element.children.map(shape).join('')}</>`

describe.each(ids)('the card of %s', (id) => {
  const source = sourceOf(id)
  const card = chaiCard(source)
  const xml = writeChaiXml(card)

  it('is well-formed XML in the namespace, with every element of the schema in its order', () => {
    const root = readXml(xml)
    expect([root.name, root.attributes]).toEqual(['AppliedModelCard', { xmlns: 'https://mc.chai.org/v0.2/schema.xsd' }])
    expect(root.children.map(shape).join('')).toMatch(pattern)
    expect(chaiProblems(card)).toEqual([])
  })

  it('says the same in XML, JSON and Markdown', () => {
    const json = leaves(card)
    expect(leavesOfXml(readXml(xml))).toEqual(json)
    const markdown = writeCardMarkdown(source)
    const absent = json.filter(([name, text]) => name !== 'ValueJson' && !markdown.includes(text))
    expect(absent).toEqual([])
    const numbers = json.flatMap(([name, text]) => (name === 'ValueJson' ? (text.match(/(?<=[:[,])-?[\d.e-]+/g) ?? []) : []))
    expect(numbers.filter((number) => !markdown.includes(number))).toEqual([])
  })

  it('holds 31 and 13 source attributes, each with words', () => {
    const { predictive, evidenceBased } = sourceAttributes(source)
    expect(predictive.map(({ attributes }) => attributes.length)).toEqual([4, 4, 2, 4, 2, 4, 5, 4, 2])
    expect(evidenceBased).toHaveLength(13)
    for (const { label, text } of [...predictive.flatMap(({ attributes }) => attributes), ...evidenceBased])
      expect([label, text.trim() === '', /TODO/.test(text)]).toEqual([label, false, false])
  })

  it('names all nine classes of sensitive data, and as used those that features.json marks', () => {
    const said = source.card.attributes.find(({ id: attribute }) => attribute === 'development_and_inputs.2')?.text ?? ''
    const [used = '', unused = ''] = said.split(/Not used:/)
    const marked = SENSITIVE_CLASSES.filter((name) => source.inputs.some((spec) => classesOf(spec).includes(name)))
    const mentions = (text: string) => SENSITIVE_CLASSES.filter((name) => new RegExp(`\\b${name}\\b`, 'i').test(text))
    expect({ used: mentions(used), unused: mentions(unused) }).toEqual({
      used: marked,
      unused: SENSITIVE_CLASSES.filter((name) => !marked.includes(name)),
    })
  })

  it('is the one that is committed', () => {
    expect(readFileSync(`models/${id}/card.md`, 'utf8')).toBe(writeCardMarkdown(source))
  })
})

describe('the cards together', () => {
  it('say each what its own model gives, and none has the words of another', () => {
    const said = ids.map((id) => sourceOf(id).card.attributes.find((attribute) => attribute.id === 'details_and_output.3')?.text)
    expect(said.filter((text, n) => said.indexOf(text) !== n)).toEqual([])
  })

  it('of learned models hold what they were trained on and how they did, for everyone and by group', () => {
    const learned = ids.map(sourceOf).filter(({ manifest }) => manifest.kind === 'trees' || manifest.kind === 'network')
    for (const { manifest } of learned) {
      const groups = new Set(manifest.performance?.map(({ by }) => by))
      expect([manifest.id, manifest.training === undefined, groups.has('all'), groups.size > 1]).toEqual([manifest.id, false, true, true])
    }
  })
})

describe('a card that is not whole', () => {
  const card = chaiCard(sourceOf('kfre')) as { readonly [element: string]: ChaiNode }

  it.each<[string, ChaiNode, string[]]>([
    ['without a section', without(card, 'Warnings'), ['AppliedModelCard has no Warnings']],
    ['with an element without words', { ...card, Bibliography: '  ' }, ['AppliedModelCard/Bibliography is empty']],
    ['with a foreign element', { ...card, Advert: 'x' }, ['AppliedModelCard has the unknown element Advert']],
    ['with an element twice', { ...card, Bibliography: ['a', 'b'] }, ['AppliedModelCard has Bibliography 2 times']],
    ['with text where elements belong', { ...card, BasicInfo: 'a model' }, ['AppliedModelCard/BasicInfo has no elements']],
    [
      'with no result under a metric',
      { ...card, BasicInfo: { ModelName: 'a', ModelDeveloper: 'b' } },
      ['AppliedModelCard/BasicInfo has no DeveloperContact'],
    ],
  ])('%s is told', (_, spoilt, problems) => {
    expect(chaiProblems(spoilt)).toEqual(problems)
  })

  it('keeps words that look like markup, and drops what XML cannot hold', () => {
    const said = 'a < b & c > d ]]> "q" \u0007bell \u{1f600} \n second\r\n'
    const root = readXml(writeChaiXml({ ...card, Bibliography: said }))
    expect(root.children.at(-1)?.text).toBe(said.replace('\u0007', ''))
  })
})

function without(card: { readonly [element: string]: ChaiNode }, name: string): ChaiNode {
  return Object.fromEntries(Object.entries(card).filter(([key]) => key !== name))
}

const fields = join('..', 'shared', 'reference', 'models', 'hti1-source-attributes.json')
describe.skipIf(!existsSync(fields))('beside the reference of the rule (skipped where it is not at hand)', () => {
  it('the ids of the 31 attributes are those of the rule', () => {
    const { predictive_31 } = JSON.parse(readFileSync(fields, 'utf8')) as { predictive_31: { id: string }[] }
    expect(sourceOf('kfre').card.attributes.map(({ id }) => id)).toEqual(predictive_31.map(({ id }) => id))
  })
})
