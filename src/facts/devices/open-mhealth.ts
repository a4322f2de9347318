import { amount, asDate, asObjects, asText, codings, isJson, type Json, member, nameOf } from '../accessors.ts'
import type { Item } from '../chart.ts'
import { gap } from '../gaps.ts'
import { unitOf } from '../unit-of.ts'
import { instantOf } from './points.ts'
import { type DeviceKit, type Part, partOf } from './read-devices.ts'

/** R5 attachment on an R4 Observation, or a plain one: the Open mHealth body inside, decoded from base64. */
const attachedBody = (resource: Json): Json | null => {
  const attachments = [resource.valueAttachment, ...asObjects(resource.extension).map((one) => one.valueAttachment)].filter(isJson)
  for (const attachment of attachments) {
    const data = asText(attachment.data)
    if (data === null) continue
    try {
      const body: unknown = JSON.parse(Buffer.from(data, 'base64').toString('utf8'))
      if (isJson(body)) return body
    } catch {
      // Not JSON: another kind of attachment, reported by the caller.
    }
  }
  return null
}

const timeFrame = (body: Json) => {
  const frame = body.effective_time_frame
  const interval = member(frame, 'time_interval')
  const instant = asDate(member(frame, 'date_time'))
  return instant === null
    ? instantOf(asDate(member(interval, 'start_date_time')), asDate(member(interval, 'end_date_time')))
    : instantOf(instant, null)
}

/** Open mHealth: `header.schema_id` names the measure; each `{ unit, value }` of the body is a reading of it. */
export const readOpenMHealth = (item: Item, kit: DeviceKit): Part[] => {
  const data = attachedBody(item.resource)
  const body = data && isJson(data.body) ? data.body : null
  const values = body
    ? Object.entries(body).flatMap(([name, raw]) => {
        const value = amount(raw)
        return value === null ? [] : [{ name, value }]
      })
    : []
  const at = (body && timeFrame(body)) ?? instantOf(asDate(item.resource.effectiveDateTime), null)
  if (values.length === 0 || at === null) {
    kit.gaps.push(gap('devices', 'unreadable', 'A device reading has no value that can be read.', item.ref))
    return []
  }
  const schema = asText(member(member(member(data, 'header'), 'schema_id'), 'name')) ?? nameOf(item.resource.code) ?? 'Unnamed reading'
  const codes = codings(item.resource.code)
  return values.map(({ name, value }) => {
    const title = values.length === 1 ? schema : `${schema}, ${name.replaceAll('_', ' ')}`
    const what = { name: title.replaceAll('-', ' '), codes, kind: kit.kinds.kindOf(codes) }
    return partOf(item, what, unitOf(value).code, [{ ...at, value: value.value }], kit)
  })
}
