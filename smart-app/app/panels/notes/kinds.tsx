import type { NoteStatement, StatementKind } from '../../../../src/contract/notes.ts'
import styles from './Notes.module.css'
import { TEXT } from './texts.ts'

export const KINDS: readonly StatementKind[] = ['affirmed', 'uncertain', 'negated', 'historical', 'family', 'hypothetical']

/** One sign per kind, so that it is told without colour; the word stands beside it or is read out. */
const SIGNS: { readonly [kind in StatementKind]: string } = {
  affirmed: '+',
  negated: '−',
  uncertain: '?',
  historical: '↶',
  hypothetical: '…',
  family: '⌂',
}

export const Sign = ({ kind }: { readonly kind: StatementKind }) => (
  <span className={`${styles.sign} ${styles[kind]}`} aria-hidden="true">
    {SIGNS[kind]}
  </span>
)

/** `Another person, denied`. */
export const kindWords = ({ kind, presence }: NoteStatement): string => {
  const word = TEXT.kinds[kind]
  if (kind !== 'family' && kind !== 'hypothetical') return word
  if (presence === 'negated') return `${word}, ${TEXT.negatedToo}`
  return presence === 'uncertain' ? `${word}, ${TEXT.uncertainToo}` : word
}
