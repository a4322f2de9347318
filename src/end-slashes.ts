/** Without the slashes at its end. The pattern for them would be tried in vain from each slash of a text that holds many in its midst. */
export const withoutEndSlashes = (text: string): string => {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}
