/** Linear map of a range onto 0 to `width`, with some room on both sides. Equal ends map to the middle. */
export const scaleOf = (values: readonly number[], width: number): ((value: number) => number) => {
  const low = Math.min(...values)
  const high = Math.max(...values)
  if (high === low) return () => width / 2
  const room = (high - low) * 0.06
  return (value) => ((value - low + room) / (high - low + 2 * room)) * width
}
