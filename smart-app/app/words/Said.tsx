import type { ReactNode } from 'react'
import { LANGUAGE } from '../language.ts'

/**
 * A sentence that the server wrote. Clinical sentences are reviewed in English and are never translated by a machine, so a page
 * in another language says in which language they stand (WCAG 2.2, 3.1.2).
 */
export const Said = ({ children }: { readonly children: ReactNode }) => (LANGUAGE === 'en' ? children : <span lang="en">{children}</span>)
