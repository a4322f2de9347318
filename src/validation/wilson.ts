const Z = 1.959963984540054

/** 95 % interval of a proportion (Wilson 1927). */
export const wilson = (count: number, of: number): { readonly low: number; readonly high: number } => {
  const share = count / of
  const centre = share + (Z * Z) / (2 * of)
  const spread = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of))
  const scale = 1 + (Z * Z) / of
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) }
}
