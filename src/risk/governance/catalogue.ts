import type { ModelDetail, ModelSummary, SourceAttributes } from '../../contract/models.ts'
import type { Model } from '../load-model.ts'
import type { Models } from '../registry.ts'
import { readCalibration } from './calibration.ts'
import { writeCardMarkdown } from './card-markdown.ts'
import { chaiCard } from './chai-card.ts'
import { CHAI_CARD } from './chai-schema.ts'
import { writeChaiXml } from './chai-xml.ts'
import { describeModel, sourceOf, summarise } from './describe-model.ts'
import { sourceAttributes } from './source-attributes.ts'

export type CardFormat = 'xml' | 'json' | 'md'

/** What people and other systems may see of the models: their folders, and how they run now. Holds no patient data. */
export type Catalogue = {
  /** In the order of the folders. */
  list(): readonly ModelSummary[]
  get(id: string): ModelDetail | null
  attributes(id: string): SourceAttributes | null
  /** The CHAI card as text of that format. */
  card(id: string, format: CardFormat): string | null
}

const FORMATS: { readonly [F in CardFormat]: (model: Model) => string } = {
  xml: (model) => writeChaiXml(chaiCard(sourceOf(model))),
  json: (model) => `${JSON.stringify({ [CHAI_CARD.name]: chaiCard(sourceOf(model)) }, null, 2)}\n`,
  md: (model) => writeCardMarkdown(sourceOf(model)),
}

/** `at`: when the models were loaded and their vectors run, ISO 8601. `folder`: where they came from, for their reports. */
export const makeCatalogue = (models: Models, at: string, folder: string): Catalogue => {
  const summaries = (): readonly ModelSummary[] =>
    models.health().models.map((health): ModelSummary => {
      const model = models.get(health.id)
      if (health.state !== 'serving') return health
      if (!model) return { state: 'not-served', id: health.id, because: 'It is not loaded.' }
      return summarise(model, { health, use: models.standing(health.id), at })
    })
  const summaryOf = (id: string) => summaries().find((one) => one.id === id)
  return Object.freeze({
    list: summaries,
    get: (id: string) => {
      const model = models.get(id)
      const summary = summaryOf(id)
      return model && summary?.state === 'serving' ? describeModel(model, summary, readCalibration(`${folder}/${id}`)) : null
    },
    attributes: (id: string) => {
      const model = models.get(id)
      return model ? sourceAttributes(sourceOf(model)) : null
    },
    card: (id: string, format: CardFormat) => {
      const model = models.get(id)
      return model ? FORMATS[format](model) : null
    },
  })
}
