import { AttuneError } from '../errors.ts'

/** A file that cannot be used, with its line and the reason. Quotes nothing of a genotype. */
export const unreadable = (file: string, line: number | null, reason: string): AttuneError =>
  new AttuneError('input-unreadable', line === null ? `${file}: ${reason}` : `${file}: line ${line}: ${reason}`)

/** A piece of the file as it may stand in an error: short, printable, without line breaks. */
export const quoted = (text: string): string => {
  const plain = [...text].map((letter) => (letter < ' ' || letter === '\u007f' ? '?' : letter)).join('')
  return `"${plain.length > 40 ? `${plain.slice(0, 40)}…` : plain}"`
}
