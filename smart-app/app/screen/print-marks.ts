import { useEffect } from 'react'
import type { PatientFacts } from '../../../src/contract/facts.ts'
import type { ProfileState } from '../profile/profile-state.ts'
import { TEXT } from '../text.ts'
import { dateWords, momentWords } from '../words/dates.ts'

const words = TEXT.print

/** Text as a CSS string: whatever could end the string, the rule or the sheet is written as its code (CSS Syntax 3, section 4.3.7). */
export const cssString = (text: string): string =>
  `"${text.replace(/[^\p{L}\p{N} .,:;()/·–-]/gu, (mark) => `\\${mark.codePointAt(0)?.toString(16)} `)}"`

const identityOf = ({ patient }: PatientFacts): string => {
  if (patient === null) return TEXT.strip.unnamed
  const number = patient.identifiers?.find(({ type }) => type === 'MR')
  return [
    patient.name ?? TEXT.strip.unnamed,
    `${TEXT.strip.born} ${patient.birthDate ? dateWords(patient.birthDate) : TEXT.strip.unknown}`,
    patient.sex ? TEXT.strip.sexes[patient.sex] : '',
    number ? `${TEXT.banner.identifiers.MR} ${number.value}` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

const versionsOf = ({ progress, facts }: ProfileState): string => {
  const read = facts === null ? words.notRead : words.readAt(momentWords(facts.now))
  if (progress.kind !== 'done') return `${read} · ${words.incomplete}`
  const { attune, rules } = progress.versions
  return `${read} · Attune ${attune} · ${words.rules} ${rules.replace(/([0-9a-f]{8})[0-9a-f]{8,}/g, '$1')} · ${words.decision} ${progress.decision}`
}

/** What stands in the margins of every sheet: who, which view, which assessment, which page of how many. */
export const pageRule = (profile: ProfileState, view: string, sandbox: boolean): string => {
  const who = profile.facts === null ? TEXT.strip.loading : identityOf(profile.facts)
  return `@page {
    @top-left { content: ${cssString(who)}; font: 600 9pt system-ui, sans-serif; width: 75%; }
    @top-right { content: ${cssString(sandbox ? `${view} · ${words.synthetic}` : view)}; font: 9pt system-ui, sans-serif; }
    @bottom-left { content: ${cssString(versionsOf(profile))}; font: 7.5pt system-ui, sans-serif; width: 85%; }
    @bottom-right { content: ${cssString(`${words.page} `)} counter(page) ${cssString(` ${words.of} `)} counter(pages); font: 8pt system-ui, sans-serif; }
  }`
}

/** Margin boxes take their words from a sheet made here: the page's policy allows no inline style, and needs none for this. */
export const usePrintMarks = (profile: ProfileState, view: string, sandbox: boolean): void => {
  useEffect(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(pageRule(profile, view, sandbox))
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet)
    }
  }, [profile, view, sandbox])
  useEffect(() => {
    let opened: HTMLDetailsElement[] = []
    /** What is folded on the screen stands on paper. */
    const unfold = (): void => {
      opened = [...document.querySelectorAll<HTMLDetailsElement>('main details:not([open])')]
      for (const details of opened) details.open = true
    }
    const fold = (): void => {
      for (const details of opened) details.open = false
    }
    window.addEventListener('beforeprint', unfold)
    window.addEventListener('afterprint', fold)
    return () => {
      window.removeEventListener('beforeprint', unfold)
      window.removeEventListener('afterprint', fold)
    }
  }, [])
}
