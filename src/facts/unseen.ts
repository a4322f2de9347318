/**
 * Control characters, and those that turn the direction of all text behind them: a name with U+202E in it would show the dose beside it
 * backwards (Unicode TR36, 3.5, and UAX 9, 2.7). Marks without that reach (U+200E, U+200F) stay, names in Hebrew and Arabic use them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g

const ANY_UNSEEN = new RegExp(UNSEEN.source)

/** Longer texts a regular expression looks through faster. */
const SHORT = 64

/** Printable ASCII alone, as nearly all codes and names are. */
const isShortAscii = (text: string): boolean => {
  if (text.length > SHORT) return false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}

/** Every text of a record passes here several times and hardly one holds such a character, so looking comes before replacing. */
export const withoutUnseen = (text: string): string => (isShortAscii(text) || !ANY_UNSEEN.test(text) ? text : text.replace(UNSEEN, ''))
