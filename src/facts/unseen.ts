/**
 * Control characters, and those that turn the direction of all text behind them: a name with U+202E in it would show the dose beside it
 * backwards (Unicode TR36, 3.5, and UAX 9, 2.7). Marks without that reach (U+200E, U+200F) stay, names in Hebrew and Arabic use them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** The same set, asked of one code unit. */
const isUnseen = (code: number): boolean =>
  code < 0x20
    ? code !== 0x09 && code !== 0x0a && code !== 0x0d
    : code >= 0x7f && (code <= 0x9f || code === 0xfeff || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))

/** Every text of a record passes here several times and hardly one holds such a character, so looking comes before replacing. */
export const withoutUnseen = (text: string): string => {
  for (let at = 0; at < text.length; at += 1) if (isUnseen(text.charCodeAt(at))) return text.replace(UNSEEN, '')
  return text
}
