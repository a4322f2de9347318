import type { DeviceEntry, DeviceSeries, EcgRecord } from './devices.ts'
import type { GeneReading } from './genes.ts'
import type { ImagingEndpoint, ImagingReport, ImagingStudy } from './imaging.ts'
import type { Coding, Gap, Lineage, PartialDate } from './lineage.ts'
import type { FamilyFlag, FamilyPlace, Immunization, Questionnaire, SocialTopic, SurveyScore } from './person.ts'
import type { VariantFacts } from './variants.ts'

/** A FHIR resource as received. Nothing past `facts/` looks inside one. */
export type FhirResource = { readonly resourceType: string; readonly id?: string; readonly [member: string]: unknown }

/** How one question to the record ended. */
export type Question = {
  /** Prefetch key or search name, for example `pgxLabs`. */
  readonly key: string
  /** FHIR query, relative, as asked or as it would have been asked; never holds an identifier other than the patient's FHIR id. */
  readonly query: string
  readonly from: 'prefetch' | 'fetch' | 'none'
  readonly state: 'answered' | 'empty' | 'partial' | 'failed' | 'not-asked'
  readonly resources: number
  readonly ms?: number
  readonly status?: number
  readonly because?: string
  /** The Patient that was sent is not the one in context, and the right one could not be read. */
  readonly otherPatient?: true
}

/** What came in of one patient's record. Input resources are never modified. */
export type PatientRecord = {
  readonly patientId: string
  /** Instant at which the record is read (ISO 8601); ages and freshness are counted from it. */
  readonly now: string
  readonly resources: readonly FhirResource[]
  readonly questions: readonly Question[]
  /** Draft orders of an order hook, in the order received; empty for others. Sibling Medication entries included. */
  readonly draftOrders: readonly FhirResource[]
  /** `Type/id` of selected drafts; null when the hook has no selections. */
  readonly selections: readonly string[] | null
  /** FHIR id of the encounter in context; absent or null when the call names none. */
  readonly encounterId?: string | null
  /**
   * Read for advice alone: what only the views of the app show is left out. That is `laboratory`, the series in `devices`, the intervals
   * that stand alone in `ecgs`, and of measured values the range, the flag, the interpretation and how they were made. Gaps are the same.
   */
  readonly adviceOnly?: true
}

/** A number of the patient; insurance, tax and passport numbers are left out. */
export type PatientIdentifier = {
  readonly type: 'MR' | 'PI' | 'PT' | 'NI'
  readonly value: string
  readonly assigner: string | null
}

export type PatientIdentity = {
  readonly id: string
  /** Display name for the app's patient strip; never in cards, logs or the ledger. */
  readonly name: string | null
  readonly birthDate: PartialDate | null
  /** Completed years at `now`; null when the birth date is missing or too coarse. */
  readonly ageYears: number | null
  readonly sex: 'male' | 'female' | 'other' | 'unknown' | null
  readonly deceased: boolean
  /** Numbers that a chart shows beside the name (HL7 table 0203: MR, PI, PT, NI); for the app's strip, never in cards, logs or the ledger. */
  readonly identifiers?: readonly PatientIdentifier[]
  /** How closely the EHR keeps this record, where it says more than normal (HL7 v3 Confidentiality R, V). */
  readonly confidentiality?: 'restricted' | 'very-restricted'
  /** Race as recorded (US Core extension or text); null when not recorded. */
  readonly race: { readonly text: string; readonly codes: readonly Coding[] } | null
  /** Ethnicity as recorded (US Core extension); absent when not recorded. */
  readonly ethnicity?: { readonly text: string; readonly codes: readonly Coding[] }
  /** Country of birth as the record writes it (FHIR's patient-birthPlace extension); absent when not recorded. */
  readonly birthCountry?: string
  readonly lineage: Lineage
}

export type Ingredient = {
  /** Name as `rules/drugs` has it, or the RxNorm ingredient name. */
  readonly name: string
  /** RxNorm ingredient code when known. */
  readonly rxcui: string | null
}

/** A drug as an order or a medication entry states it, and what it resolves to. */
export type DrugIdentity = {
  /** Text a clinician would recognise. */
  readonly text: string
  readonly codings: readonly Coding[]
  /** Empty when it could not be mapped; then `unmapped` says why. */
  readonly ingredients: readonly Ingredient[]
  readonly how: 'rxnorm-ingredient' | 'rxnorm-product' | 'atc' | 'ndc' | 'snomed' | 'text' | 'terminology-server' | 'none'
  readonly flags: readonly ('medication-conflict' | 'combination' | 'unmapped')[]
  readonly unmapped?: string
  /** Something was sent to name the drug by (codes, a reference), and nothing that a reader could recognise: it may be any drug. */
  readonly nameless?: true
}

export type Dose = {
  /** Milligrams per day for the first step; null when it cannot be computed. */
  readonly mgPerDay: number | null
  /** Milligrams per administration; null when it cannot be computed. */
  readonly mgPerDose: number | null
  readonly timesPerDay: number | null
  readonly prn: boolean
  /** Dosage as the order words it. */
  readonly text: string | null
  readonly route: Coding | null
  /** Why a number is missing. */
  readonly because?: string
  readonly flags: readonly ('prn' | 'dose-text-only' | 'range')[]
  /** What the dosage says besides amount and rhythm: how long it lasts (UCUM), whether it says more than that, and whether it is one dose only. Absent without a dosage. */
  readonly extent?:
    | { readonly lasts: { readonly value: number; readonly code: string } | null; readonly more: boolean; readonly single?: true }
    | undefined
}

export type Order = {
  /** `MedicationRequest/id`, or `#n` by position when the draft has no id. */
  readonly ref: string
  readonly hasId: boolean
  readonly drug: DrugIdentity
  readonly dose: Dose
  /** For the eye, the ear or the skin: it stays where it is put. */
  readonly local?: true
  readonly status: string | null
  readonly intent: string | null
  readonly selected: boolean
  readonly subject: string | null
  readonly encounter: string | null
  readonly requester: string | null
  readonly authoredOn: PartialDate | null
  readonly priority: string | null
  /** Reasons on the order itself, used to decide an indication. */
  readonly reasons: readonly { readonly text: string; readonly codings: readonly Coding[] }[]
}

export type Medicine = {
  readonly ref: string
  readonly drug: DrugIdentity
  readonly dose: Dose
  /** For the eye, the ear or the skin: it stays where it is put. */
  readonly local?: true
  /** Whether the patient takes it now: by status and dates. */
  readonly state: 'active' | 'planned' | 'stopped' | 'unknown'
  /** By its status it was never begun (cancelled, declined, not taken): nothing of it can act still. */
  readonly neverTaken?: true
  readonly start: PartialDate | null
  readonly end: PartialDate | null
  readonly lineage: Lineage
}

export type MeasuredValue =
  | {
      readonly kind: 'quantity'
      readonly value: number /** UCUM code */
      readonly unit: string
      readonly comparator?: '<' | '<=' | '>' | '>='
      readonly unitText?: string
    }
  | { readonly kind: 'text'; readonly text: string; readonly codings: readonly Coding[] }
  | {
      readonly kind: 'components'
      readonly parts: readonly { readonly code: Coding; readonly name: string; readonly value: MeasuredValue }[]
    }
  | { readonly kind: 'absent'; readonly because: string }

/** The range that came with a result. `low` and `high` are in the unit of the value; a range that cannot be is text. */
export type ReferenceRange = {
  readonly low?: number
  readonly high?: number
  readonly text?: string
  /** What the range is for where it is not the normal one, as sent: `therapeutic`, `critical`. No flag rests on such a range. */
  readonly kind?: string
}

/**
 * How a result stands, by the laboratory's own word or, failing that, by its own range; never by a range of ours. `other` is a word of the
 * laboratory that says neither high nor low nor abnormal, shown as it came.
 */
export type ResultFlag = {
  readonly code: 'HH' | 'H' | 'N' | 'L' | 'LL' | 'A' | 'AA' | 'other'
  readonly from: 'lab' | 'range'
  /** The laboratory's words, where they are more than the code. */
  readonly text?: string
  /** Where the value lies by the range that came with it; null where that cannot be said. */
  readonly range: 'above' | 'below' | 'within' | null
  /** The laboratory's word and its range say different things. */
  readonly disagrees: boolean
}

/** A lab, a vital sign, a wearable reading or a lifestyle answer. */
export type Measurement = {
  readonly ref: string
  readonly name: string
  readonly codes: readonly Coding[]
  readonly value: MeasuredValue
  readonly range: ReferenceRange | null
  readonly interpretation: readonly string[]
  readonly status: string | null
  readonly lineage: Lineage
  readonly flag?: ResultFlag
  readonly method?: string
  readonly specimen?: string
  readonly device?: string
  /** When the laboratory released it, where that is told beside the time of the sample. */
  readonly issued?: PartialDate
  /** What the laboratory wrote beside it. */
  readonly note?: string
}

/** One result of an analyte. */
export type AnalyteResult = {
  readonly ref: string
  /** The value in the analyte's unit; absent where there is no such number (text, parts, no value). */
  readonly trend?: number
  /** The value as it came and as it is compared: `5.4 mmol/L = 97.3 mg/dL`. */
  readonly conversion?: string
}

/** All results of one analyte that can be compared with each other, newest first, undated last. */
export type Analyte = {
  readonly id: string
  readonly name: string
  readonly room: 'labs' | 'vitals'
  /** Id of a `LabGroup`. */
  readonly group: string
  /** Id of an `OmicsKind`, for results of a proteome, a metabolome and their like. */
  readonly omics?: string
  /** UCUM code of the newest number; null where none of the results is a number. */
  readonly unit: string | null
  readonly results: readonly AnalyteResult[]
  /** Why these stand apart from other results of the same analyte. */
  readonly apart?: string
}

type Titled = { readonly id: string; readonly title: { readonly en: string; readonly de: string } }

/** A body system of `rules/lab-groups.json`; `models` are those whose estimates stand at its head. */
export type LabGroup = Titled & { readonly models: readonly string[] }

/** A kind of omics result of `rules/omics.json`, with what it is recognised by. */
export type OmicsKind = Titled & { readonly words: readonly string[]; readonly codes: readonly Coding[] }

/** Labs and vital signs brought together by analyte and body system. */
export type Laboratory = {
  readonly groups: readonly LabGroup[]
  readonly omics: readonly OmicsKind[]
  readonly analytes: readonly Analyte[]
}

export type Condition = {
  readonly ref: string
  readonly name: string
  readonly codes: readonly Coding[]
  readonly clinicalStatus: string | null
  readonly verificationStatus: string | null
  /** When it began, where that is an age or a text: as sent. */
  readonly onsetText?: string
  /** How severe it is, as coded; absent where it is not. */
  readonly severity?: readonly Coding[]
  readonly onset: PartialDate | null
  readonly abatement: PartialDate | null
  readonly lineage: Lineage
}

export type Procedure = {
  readonly ref: string
  readonly name: string
  readonly codes: readonly Coding[]
  readonly status: string | null
  readonly date: PartialDate | null
  readonly lineage: Lineage
}

/** A stay in hospital or a visit. */
export type Encounter = {
  readonly ref: string
  readonly status: string | null
  /** What says of which kind it is: class and type. */
  readonly kinds: readonly Coding[]
  /** What says how urgent it was: priority, source of admission, type. */
  readonly urgency: readonly Coding[]
  readonly service: { readonly codes: readonly Coding[]; readonly words: readonly string[] }
  /** Where the patient goes from here. */
  readonly discharge: readonly Coding[]
  readonly start: PartialDate | null
  /** Null while it goes on, and where it was not recorded. */
  readonly end: PartialDate | null
  /** The stay or visit that it is a part of. */
  readonly partOf?: string
  readonly lineage: Lineage
}

/** A test that is ordered or being ordered: drafts of the same call, and requests in the record. */
export type TestRequest = {
  readonly ref: string
  readonly name: string
  readonly codes: readonly Coding[]
  readonly status: string | null
  readonly ordered?: PartialDate
}

export type Allergy = {
  readonly ref: string
  readonly name: string
  readonly codes: readonly Coding[]
  readonly ingredients: readonly Ingredient[]
  readonly verificationStatus: string | null
  readonly clinicalStatus: string | null
  /** The record says that there is none: no allergy at all, or none of a kind. */
  readonly deniesAll?: true
  /** As sent: food, medication, environment, biologic; absent when the EHR does not say. */
  readonly categories?: readonly string[]
  readonly reactions: readonly string[]
  /** Potential for harm as the EHR judged it (FHIR AllergyIntolerance.criticality); absent where it did not. */
  readonly criticality?: 'low' | 'high' | 'unable-to-assess'
  readonly lineage: Lineage
}

export type FamilyMember = {
  readonly ref: string
  readonly relationship: string
  /** Codes of the relationship; absent where it stands in words only. */
  readonly relationshipCodes?: readonly Coding[]
  /** Administrative sex of the relative, as coded. */
  readonly sex?: string
  /** `partial`, `completed` or `health-unknown`. */
  readonly status?: string
  /** Why there is no history of this relative: code of dataAbsentReason. */
  readonly absent?: string
  /** Tells relatives of one kind apart: name and date of birth as sent; absent where neither was. */
  readonly who?: string
  readonly conditions: readonly {
    readonly name: string
    readonly codes: readonly Coding[]
    readonly onsetAge?: string
    /** Group of rules/family-history.json that marks it in a pedigree; absent where no row names it. */
    readonly group?: string
    readonly outcome?: string
    readonly ledToDeath?: true
    readonly note?: string
  }[]
  /** Absent where nothing is said; `false` only where the record says that the relative lives. */
  readonly deceased?: { readonly is: boolean; readonly at?: string }
  /** Age as sent, of a relative who lives. */
  readonly age?: string
  readonly note?: string
  readonly place?: FamilyPlace
  readonly flags?: readonly FamilyFlag[]
  readonly lineage: Lineage
}

/** A document or report listed, not read. */
export type DocumentEntry = {
  readonly ref: string
  readonly kind: 'report' | 'note'
  readonly title: string
  readonly status: string | null
  /** Who wrote it, as the resource names them. */
  readonly author?: string
  /** True for genetic reports whose result stands only in an attachment. */
  readonly geneticUnread: boolean
  readonly lineage: Lineage
}

/** The record of one patient, understood. Read-only; safe to print only in tests (it holds patient data). */
export type PatientFacts = {
  readonly now: string
  readonly patient: PatientIdentity | null
  readonly readings: readonly GeneReading[]
  /** Variant-level results; null when they could not be read, absent where nobody looked. */
  readonly variants?: VariantFacts | null
  readonly orders: readonly Order[]
  /** Orders of the call beyond the number that is assessed in one, by reference; absent where all are among `orders`. */
  readonly ordersLeft?: readonly string[]
  readonly medicines: readonly Medicine[]
  readonly labs: readonly Measurement[]
  readonly vitals: readonly Measurement[]
  /** The same labs and vital signs by analyte; absent where facts were read without the tables for it. */
  readonly laboratory?: Laboratory
  readonly lifestyle: readonly Measurement[]
  /** The lifestyle answers by topic, references only; every one stands in exactly one. */
  readonly topics?: readonly SocialTopic[]
  /** Recorded totals of questionnaires, newest first. */
  readonly surveys?: readonly SurveyScore[]
  /** Absent where nobody asked for them. */
  readonly questionnaires?: readonly Questionnaire[]
  readonly immunizations?: readonly Immunization[]
  /** Names of the groups that mark relatives alike, as the rules have them. */
  readonly familyGroups?: readonly {
    readonly id: string
    readonly label: string
    readonly german: string
    /** The patient has a condition of the group that is not refuted. */
    readonly patient?: true
  }[]
  readonly conditions: readonly Condition[]
  readonly procedures: readonly Procedure[]
  readonly requests: readonly TestRequest[]
  /** Stays and visits; absent where nobody asked for them. */
  readonly encounters?: readonly Encounter[]
  /** `Encounter/id` of the stay or visit at hand. */
  readonly encounter?: string | null
  readonly allergies: readonly Allergy[]
  readonly imaging: readonly ImagingStudy[]
  /** Absent, here and below, where nobody asked for them. */
  readonly imagingReports?: readonly ImagingReport[]
  readonly imagingEndpoints?: readonly ImagingEndpoint[]
  readonly devices: readonly DeviceSeries[]
  readonly deviceList?: readonly DeviceEntry[]
  readonly ecgs?: readonly EcgRecord[]
  readonly family: readonly FamilyMember[]
  readonly documents: readonly DocumentEntry[]
  readonly questions: readonly Question[]
  /** What could not be read or used, over all modalities. */
  readonly gaps: readonly Gap[]
}
