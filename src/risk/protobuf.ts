/** Protocol buffers, just enough for ONNX files: fields are read as they stand and written back unchanged, or made. */

export type Field = { readonly number: number; readonly wire: number; readonly value: number; readonly bytes: Uint8Array }

/** @throws RangeError when the bytes are no whole message */
export const readFields = (message: Uint8Array): Field[] => {
  const fields: Field[] = []
  let at = 0
  const next = (): number => {
    let value = 0
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      if (at >= message.length) break
      const byte = message[at] ?? 0
      at += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    throw new RangeError('not a whole message')
  }
  const take = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError('not a whole message')
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const key = next()
    const [number, wire] = [Math.floor(key / 8), key % 8]
    const start = at
    if (wire === 0) {
      const value = next()
      fields.push({ number, wire, value, bytes: message.subarray(start, at) })
    } else if (wire === 2) fields.push({ number, wire, value: 0, bytes: take(next()) })
    else if (wire === 1 || wire === 5) fields.push({ number, wire, value: 0, bytes: take(wire === 1 ? 8 : 4) })
    else throw new RangeError('not a whole message')
  }
  return fields
}

export const varint = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Buffer.from([...bytes, rest])
}

/** A field as it was read. */
export const again = ({ number, wire, bytes }: Field): Buffer =>
  Buffer.concat([varint(number * 8 + wire), ...(wire === 2 ? [varint(bytes.length)] : []), bytes])

/** Wire type 0: integer. */
export const int = (number: number, value: number): Buffer => Buffer.concat([varint(number * 8), varint(value)])
/** Wire type 2: an embedded message, bytes or text. */
export const message = (number: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body])
}
export const text = (number: number, value: string): Buffer => message(number, Buffer.from(value, 'utf8'))

/** Text of the first field with that number; empty when there is none. */
export const textOf = (fields: readonly Field[], number: number): string => {
  const field = fields.find((one) => one.number === number && one.wire === 2)
  return field ? Buffer.from(field.bytes).toString('utf8') : ''
}
export const intOf = (fields: readonly Field[], number: number): number | null =>
  fields.find((one) => one.number === number && one.wire === 0)?.value ?? null
export const messagesOf = (fields: readonly Field[], number: number): Field[][] =>
  fields.filter((one) => one.number === number && one.wire === 2).map(({ bytes }) => readFields(bytes))
