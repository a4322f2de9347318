import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { type Step, textOf } from './call.ts'
import type { Kit } from './kit.ts'

/*
 * The model cards. Open to everybody who reaches the server: they hold no patient data, and who is shown a number has to be able to
 * read what is behind it (45 CFR 170.315(b)(11)).
 */

type Models = Pick<Kit<HookService>, 'models'>

/** The first is given to who takes any. */
const TYPES = { json: 'application/json', xml: 'application/xml', md: 'text/markdown' } as const
type Format = keyof typeof TYPES

const found = <T>(one: T | null): T => {
  if (one === null) throw new AttuneError('not-found', 'no such model')
  return one
}

/** GET /api/models */
export const answerModels =
  ({ models }: Models): Step =>
  (_req, res) =>
    res.json({ models: models.list() })

/** GET /api/models/:id */
export const answerModel =
  ({ models }: Models): Step =>
  (req, res) =>
    res.json(found(models.get(textOf(req.params.id))))

/** GET /api/models/:id/source-attributes */
export const answerSourceAttributes =
  ({ models }: Models): Step =>
  (req, res) =>
    res.json(found(models.attributes(textOf(req.params.id))))

/** GET /api/models/:id/card, in the format of the Accept header: JSON when it does not say. `format` fixes it. */
export const answerCard =
  ({ models }: Models, format?: Format): Step =>
  (req, res) => {
    const id = textOf(req.params.id)
    if (!format) res.vary('Accept')
    const asked = format ?? formatOf(req.accepts(Object.values(TYPES)))
    const text = found(models.card(id, asked))
    res.setHeader('Content-Disposition', `inline; filename="${id}.${asked}"`).type(TYPES[asked]).send(text)
  }

const formatOf = (type: string | false): Format => {
  const known = Object.keys(TYPES).find((format) => TYPES[format as Format] === type) // keys of the table
  if (known === undefined) throw new AttuneError('not-acceptable', 'a card as something else than XML, JSON or Markdown')
  return known as Format
}
