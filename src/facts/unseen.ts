/**
 * Control characters; those that turn the direction of all text behind them: a name with U+202E in it would show the dose beside it
 * backwards (Unicode TR36, 3.5, and UAX 9, 2.7); and those that show nothing and may hide a text in a text: zero-width and other format
 * characters, tags and selectors of variants beyond the basic plane (the Unicode Standard, 23.2 and 23.9). Marks without that reach
 * (U+200E, U+200F) stay, names in Hebrew and Arabic use them, and so do joiners (U+200C, U+200D) between letters that join.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|(?<![^\u0000-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\u0000-\u024f])/gu

const ANY_UNSEEN = new RegExp(UNSEEN.source, 'u')

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
