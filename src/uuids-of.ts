import { hash } from 'node:crypto'

/**
 * The uuids of a decision's cards and suggestions follow from the decision's own, which is random: made again, it has the same ones.
 * In the form of version 4 (RFC 9562, pseudo-random).
 */
export const uuidsOf = (decision: string): (() => string) => {
  let made = 0
  return () => {
    made += 1
    const hex = hash('sha256', `attune/uuid/1\n${decision}\n${made}`)
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }
}
