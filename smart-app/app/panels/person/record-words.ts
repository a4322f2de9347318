import type { FamilyMember } from '../../../../src/contract/facts.ts'
import { inLanguage } from '../../language.ts'
import { own } from '../../words/own.ts'

type Words = { readonly [code: string]: string }

/** Relatives by their code (HL7 v3 RoleCode); a code that is not here is shown in the record's own words. */
const RELATIVES: Words = inLanguage<Words>({
  en: {},
  de: {
    MTH: 'Mutter',
    NMTH: 'Mutter',
    NMTHF: 'Mutter',
    FTH: 'Vater',
    NFTH: 'Vater',
    NFTHF: 'Vater',
    PRN: 'Elternteil',
    NPRN: 'Elternteil',
    SIS: 'Schwester',
    NSIS: 'Schwester',
    TWINSIS: 'Zwillingsschwester',
    BRO: 'Bruder',
    NBRO: 'Bruder',
    TWINBRO: 'Zwillingsbruder',
    HSIS: 'Halbschwester',
    HBRO: 'Halbbruder',
    DAU: 'Tochter',
    DAUC: 'Tochter',
    SON: 'Sohn',
    SONC: 'Sohn',
    CHILD: 'Kind',
    NCHILD: 'Kind',
    MGRMTH: 'Großmutter mütterlicherseits',
    MGRFTH: 'Großvater mütterlicherseits',
    PGRMTH: 'Großmutter väterlicherseits',
    PGRFTH: 'Großvater väterlicherseits',
    GRMTH: 'Großmutter',
    GRFTH: 'Großvater',
    MAUNT: 'Tante mütterlicherseits',
    MUNCLE: 'Onkel mütterlicherseits',
    PAUNT: 'Tante väterlicherseits',
    PUNCLE: 'Onkel väterlicherseits',
    AUNT: 'Tante',
    UNCLE: 'Onkel',
    MCOUSN: 'Cousin oder Cousine mütterlicherseits',
    PCOUSN: 'Cousin oder Cousine väterlicherseits',
    COUSN: 'Cousin oder Cousine',
    NIECE: 'Nichte',
    NEPHEW: 'Neffe',
    GRNDDAU: 'Enkelin',
    GRNDSON: 'Enkel',
    HUSB: 'Ehemann',
    WIFE: 'Ehefrau',
  },
})

export const relativeWords = ({ relationship, relationshipCodes = [] }: FamilyMember): string =>
  relationshipCodes.map(({ code }) => (code === undefined ? undefined : own(RELATIVES, code))).find((words) => words !== undefined) ??
  relationship

/** Codes of FHIR R4 for the status of problems, allergies, procedures, vaccinations and visits; others are shown as they came. */
const STATUSES: Words = inLanguage<Words>({
  en: { 'entered-in-error': 'entered in error', 'not-done': 'not done', 'in-progress': 'in progress' },
  de: {
    active: 'aktiv',
    recurrence: 'Rezidiv',
    relapse: 'Rückfall',
    inactive: 'inaktiv',
    remission: 'in Remission',
    resolved: 'abgeklungen',
    confirmed: 'gesichert',
    unconfirmed: 'nicht gesichert',
    provisional: 'Verdacht',
    differential: 'Differenzialdiagnose',
    refuted: 'ausgeschlossen',
    'entered-in-error': 'irrtümlich dokumentiert',
    completed: 'abgeschlossen',
    finished: 'abgeschlossen',
    'in-progress': 'laufend',
    'not-done': 'nicht durchgeführt',
    planned: 'geplant',
    arrived: 'eingetroffen',
    stopped: 'abgebrochen',
    'on-hold': 'unterbrochen',
    cancelled: 'abgesagt',
    preparation: 'in Vorbereitung',
    unknown: 'unbekannt',
  },
})

export const statusWords = (...codes: readonly (string | null | undefined)[]): string =>
  codes
    .filter((code) => code !== null && code !== undefined)
    .map((code) => own(STATUSES, code) ?? code)
    .join(', ')

const YEARS = /^(\d+(?:\.\d+)?)\s*(?:years?|yrs?|a)$/

/** An age that the record writes with the UCUM or the English word for years, in the reader's language; anything else as it came. */
export const ageWords = (age: string): string =>
  inLanguage({ en: age, de: age.replace(/^at the age of (\d+) years?$/, 'mit $1 Jahren').replace(YEARS, '$1 Jahre') })

/** The same after `mit`. */
export const atAgeWords = (age: string): string => inLanguage({ en: age, de: age.replace(YEARS, '$1 Jahren') })
