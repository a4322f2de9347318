import type { InputSpec, Manifest, ModelCard } from '../model-folder.ts'

/** What every form of a model's card is made from: the files of its folder and nothing else. */
export type CardSource = {
  readonly manifest: Manifest
  readonly inputs: readonly InputSpec[]
  readonly card: ModelCard
  /** Test vectors of the folder. */
  readonly vectors: number
}

/** Text of one of the 31 source attributes. A folder without it is not loaded, so it is here. */
export const attributeText = ({ card }: Pick<CardSource, 'card'>, id: string): string =>
  card.attributes.find((attribute) => attribute.id === id)?.text ?? ''

/** Several attributes in one paragraph each. */
export const attributeTexts = (source: Pick<CardSource, 'card'>, ...ids: readonly string[]): string =>
  ids.map((id) => attributeText(source, id)).join('\n\n')
