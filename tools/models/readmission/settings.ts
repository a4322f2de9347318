/** Settings of the training, chosen on the tuning part, which has no share in the trees. */
export const SETTINGS = {
  seed: 20261121,
  rounds: 400,
  /** Copies of each training row in which inputs are missing at random, so that a missing input is a state that the trees know. */
  maskedCopies: 2,
  maskedWeight: 0.5,
  /** Parts of the training patients for the calibration: each is scored by trees that were made without it. */
  folds: 5,
  parameters: {
    objective: 'binary:logistic',
    base_score: 0.5,
    tree_method: 'hist',
    eta: 0.05,
    max_depth: 4,
    min_child_weight: 20,
    subsample: 0.7,
    colsample_bytree: 0.5,
    lambda: 5,
    /** One thread: sums in another order would give other trees. */
    nthread: 1,
    seed: 20261121,
  },
} as const

type Monotone = { readonly input: string; readonly direction: 'rising'; readonly because: string }

/** Inputs that can only raise the estimate. Age, length of stay and outpatient visits are left free: their sign is not fixed by medicine. */
export const MONOTONE: readonly Monotone[] = [
  {
    input: 'admissions_prior_year',
    direction: 'rising',
    because:
      'Earlier admissions add points in HOSPITAL (Donze 2013, JAMA Intern Med 173:632-8); nothing is known by which they would protect.',
  },
  {
    input: 'ed_visits_prior_year',
    direction: 'rising',
    because: 'Emergency visits add points in LACE (van Walraven 2010, CMAJ 182:551-7).',
  },
  ...(['heart_failure', 'kidney_disease', 'liver_disease', 'cancer'] as const).map((input) => ({
    input,
    direction: 'rising' as const,
    because: 'A condition of the Charlson index (Charlson 1987, J Chronic Dis 40:373-83), which adds points in LACE.',
  })),
]
