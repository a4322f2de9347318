/** A number with its noun: `1 source`, `3 sources`. */
export const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`
