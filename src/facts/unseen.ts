/**
 * Control characters, and those that turn the direction of all text behind them: a name with U+202E in it would show the dose beside it
 * backwards (Unicode TR36, 3.5, and UAX 9, 2.7). Marks without that reach (U+200E, U+200F) stay, names in Hebrew and Arabic use them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g

const ANY_UNSEEN = new RegExp(UNSEEN.source)

/** Every text of a record passes here several times and hardly one holds such a character, so looking comes before replacing. */
export const withoutUnseen = (text: string): string => (ANY_UNSEEN.test(text) ? text.replace(UNSEEN, '') : text)
