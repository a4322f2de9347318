import type { Modality } from './gaps.ts'

/** Resource types that become facts, and what they are about. Anything under any prefetch key is sorted by this table alone. */
export const TYPES_READ: Readonly<Record<string, Modality>> = {
  Observation: 'labs',
  DiagnosticReport: 'documents',
  DocumentReference: 'documents',
  Condition: 'conditions',
  Procedure: 'procedures',
  AllergyIntolerance: 'allergies',
  MedicationRequest: 'medicines',
  MedicationStatement: 'medicines',
  MedicationAdministration: 'medicines',
  MedicationDispense: 'medicines',
  ImagingStudy: 'imaging',
  Media: 'imaging',
  FamilyMemberHistory: 'family',
  ServiceRequest: 'test orders',
  Encounter: 'encounters',
  Composition: 'documents',
  QuestionnaireResponse: 'questionnaires',
  Immunization: 'immunizations',
}

/** Types that are looked up by reference, or that hold nothing this product uses. Their presence is no gap. */
export const TYPES_BESIDE: ReadonlySet<string> = new Set(
  `Medication Patient Practitioner PractitionerRole Organization Location HealthcareService Endpoint RelatedPerson Person Group Device
  DeviceDefinition DeviceMetric DeviceUseStatement DeviceRequest Specimen BodyStructure Substance MolecularSequence EpisodeOfCare
  Appointment AppointmentResponse Schedule Slot Account Coverage CoverageEligibilityRequest CoverageEligibilityResponse Claim ClaimResponse
  ExplanationOfBenefit Invoice ChargeItem PaymentNotice ImmunizationEvaluation ImmunizationRecommendation CarePlan CareTeam
  Goal NutritionOrder VisionPrescription RequestGroup Task Communication CommunicationRequest Consent Contract Flag
  DetectedIssue AdverseEvent ClinicalImpression RiskAssessment Questionnaire List Binary Basic Provenance
  AuditEvent Library Measure MeasureReport PlanDefinition ActivityDefinition ResearchStudy ResearchSubject StructureDefinition ValueSet
  CodeSystem ConceptMap NamingSystem CapabilityStatement SearchParameter OperationDefinition ImplementationGuide SupplyRequest
  SupplyDelivery Subscription MessageHeader DocumentManifest Medication GenomicStudy`
    .split(/\s+/)
    .filter((type) => type !== ''),
)
