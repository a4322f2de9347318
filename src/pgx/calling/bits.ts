/** Sets of alleles as bits. A gene has fewer than two hundred alleles: six words. */
export type Bits = Uint32Array

export const noBits = (size: number): Bits => new Uint32Array(Math.ceil(size / 32))

export const allBits = (size: number): Bits => {
  const bits = noBits(size)
  for (let at = 0; at < size; at += 1) setBit(bits, at)
  return bits
}

export const setBit = (bits: Bits, at: number): void => {
  bits[at >> 5] = ((bits[at >> 5] ?? 0) | (1 << (at & 31))) >>> 0
}

export const clearBit = (bits: Bits, at: number): void => {
  bits[at >> 5] = ((bits[at >> 5] ?? 0) & ~(1 << (at & 31))) >>> 0
}

export const hasBit = (bits: Bits, at: number): boolean => (((bits[at >> 5] ?? 0) >>> (at & 31)) & 1) === 1

/** Keeps in `bits` what is also in `other`. */
export const keepBits = (bits: Bits, other: Bits): void => {
  for (let word = 0; word < bits.length; word += 1) bits[word] = ((bits[word] ?? 0) & (other[word] ?? 0)) >>> 0
}

/** Adds to `bits` what is in `other`. */
export const addBits = (bits: Bits, other: Bits): void => {
  for (let word = 0; word < bits.length; word += 1) bits[word] = ((bits[word] ?? 0) | (other[word] ?? 0)) >>> 0
}

export const listBits = (bits: Bits): number[] => {
  const found: number[] = []
  for (let word = 0; word < bits.length; word += 1) {
    let rest = bits[word] ?? 0
    while (rest !== 0) {
      const bit = 31 - Math.clz32(rest & -rest)
      found.push(word * 32 + bit)
      rest = (rest & (rest - 1)) >>> 0
    }
  }
  return found
}
