import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FhirResource } from '../../src/contract/facts.ts'
import { addPatient } from './care.ts'
import { makeChart } from './chart.ts'
import { CLINIC, SANDBOX_USER } from './clinic.ts'
import { coding, PROBLEMS, quantity, SNOMED } from './codes.ts'
import { ANCHOR } from './dates.ts'
import { PRODUCTS } from './medicines.ts'
import { STORIES } from './stories/index.ts'
import type { Story } from './story.ts'

/** One resource per line, so that a change of a chart can be read as a difference. */
const writeBundle = (path: string, resources: readonly FhirResource[]): void => {
  const lines = resources.map((resource) =>
    JSON.stringify({ fullUrl: `https://sandbox.attune.example/fhir/${resource.resourceType}/${resource.id}`, resource }),
  )
  writeFileSync(path, `{"resourceType":"Bundle","type":"collection","entry":[\n${lines.join(',\n')}\n]}\n`)
}

const writeChart = (story: Story): FhirResource[] => {
  const chart = makeChart(story.person)
  addPatient(chart)
  story.write(chart)
  return chart.resources
}

const tellStory = (story: Story, resources: readonly FhirResource[]) => {
  const { person, order } = story
  const product = PRODUCTS[order.product]
  const encounter = resources.find((resource) => resource.resourceType === 'Encounter' && resource.status === 'in-progress')
  return {
    id: story.id,
    patient: person.id,
    name: `${person.given} ${person.family}`,
    birthDate: person.birthDate,
    sex: person.sex,
    encounter: encounter?.id ?? null,
    title: story.title,
    story: story.story,
    order: {
      rxcui: product.rxcui,
      display: product.name,
      dose: quantity(order.dosage.value, order.dosage.unitText ?? order.dosage.unit, order.dosage.unit),
      frequency: order.dosage.perDay,
      period: 1,
      periodUnit: 'd',
      asNeeded: order.dosage.asNeeded ?? false,
      text: order.dosage.text,
      reason: coding(SNOMED, PROBLEMS[order.reason]),
    },
    expect: story.expect,
    resources: resources.length,
  }
}

/** Writes every chart, the clinic and `stories.json` into a folder. The same code gives the same bytes. */
export const buildPatients = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) if (file.endsWith('.json')) rmSync(join(folder, file))
  writeBundle(join(folder, 'clinic.json'), CLINIC)
  const stories = STORIES.map((story) => {
    const resources = writeChart(story)
    writeBundle(join(folder, `${story.person.id}-${story.id}.json`), resources)
    return tellStory(story, resources)
  })
  writeFileSync(join(folder, 'stories.json'), `${JSON.stringify({ anchor: ANCHOR, user: SANDBOX_USER, stories }, null, 2)}\n`)
}

if (process.argv[1]?.match(/build-patients\.[jt]s$/)) {
  const folder = process.argv[2] ?? 'src/sandbox/patients'
  buildPatients(folder)
  console.log(`${STORIES.length} charts written to ${folder}`)
}
