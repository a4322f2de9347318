/**
 * What the pharmacogenomic services ask of the record. One resource type per key, equality searches only: what real EHRs support.
 * Laboratory results are asked for twice, by code and by category: results with local codes come only by category,
 * and large charts may be cut before the genotype comes. Requests (is the test ordered already?) and the pregnancy status refine the
 * advice: without them it stands, and says what it could not look up. Social history (smoking), questionnaires and
 * findings at the bedside (mini-mental state, ascites) are inputs of risk estimates alone.
 */
export const PGX_PREFETCH: Readonly<Record<string, string>> = {
  patient: 'Patient/{{context.patientId}}',
  genotypes:
    'Observation?patient={{context.patientId}}&code=http://loinc.org|84413-4,http://loinc.org|84414-2,http://loinc.org|53040-2,http://loinc.org|51961-1,http://loinc.org|83009-1,http://loinc.org|79716-7,http://loinc.org|79714-2,http://loinc.org|79715-9,http://loinc.org|79713-4,http://loinc.org|79719-1,http://loinc.org|50956-2,http://loinc.org|57979-7&_count=200',
  labs: 'Observation?patient={{context.patientId}}&category=laboratory&_count=200',
  vitals: 'Observation?patient={{context.patientId}}&category=vital-signs&_count=100',
  lifestyle: 'Observation?patient={{context.patientId}}&category=social-history&_count=100',
  surveys: 'Observation?patient={{context.patientId}}&category=survey,exam&_count=100',
  reports: 'DiagnosticReport?patient={{context.patientId}}&_count=100',
  conditions: 'Condition?patient={{context.patientId}}&_count=200',
  allergies: 'AllergyIntolerance?patient={{context.patientId}}',
  medications: 'MedicationRequest?patient={{context.patientId}}&_count=200',
  procedures: 'Procedure?patient={{context.patientId}}&_count=200',
  requests: 'ServiceRequest?patient={{context.patientId}}&_count=100',
  pregnancy: 'Observation?patient={{context.patientId}}&code=http://loinc.org|82810-3&_count=100',
}
