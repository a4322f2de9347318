/** Half-precision numbers (IEEE 754 binary16), as networks keep their weights. */

/** 16 bits -> the number that they stand for. */
export const fromHalf = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The bits of a number that half precision holds exactly. @throws RangeError for any other */
export const toHalf = (value: number): number => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  const exponent = size < 2 ** -14 ? -15 : Math.floor(Math.log2(size))
  const fraction = exponent === -15 ? size * 2 ** 24 : (size / 2 ** exponent - 1) * 1024
  const bits = sign | ((exponent + 15) << 10) | fraction
  if (fromHalf(bits) !== value) throw new RangeError(`${value} is not a half-precision number`)
  return bits
}

/** Little-endian half-precision numbers in base64. @throws RangeError when the text is not that */
export const readHalves = (base64: string): Float64Array => {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length % 2 !== 0 || bytes.toString('base64') !== base64) throw new RangeError('not half-precision numbers in base64')
  const numbers = new Float64Array(bytes.length / 2)
  for (let n = 0; n < numbers.length; n += 1) numbers[n] = fromHalf(bytes.readUInt16LE(n * 2))
  return numbers
}
