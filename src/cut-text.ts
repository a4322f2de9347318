/** The beginning of a text, at most so many UTF-16 units of it. Never ends in the midst of a character: half of one is none. */
export const cutText = (text: string, length: number): string => {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
