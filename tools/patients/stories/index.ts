import type { Story } from '../story.ts'
import { STORY as abacavir } from './abacavir-hla-b5701.ts'
import { STORY as azathioprine } from './azathioprine-tpmt-nudt15.ts'
import { STORY as capecitabine } from './capecitabine-dpyd.ts'
import { STORY as capecitabineUntested } from './capecitabine-untested.ts'
import { STORY as carbamazepine } from './carbamazepine-hla-b1502.ts'
import { STORY as cirrhosis } from './cirrhosis-going-home.ts'
import { STORY as citalopram } from './citalopram-two-labs.ts'
import { STORY as clopidogrel } from './clopidogrel-after-stent.ts'
import { STORY as clopidogrelCorrected } from './clopidogrel-corrected-result.ts'
import { STORY as clopidogrelPdf } from './clopidogrel-pdf.ts'
import { STORY as codeine } from './codeine-after-tonsillectomy.ts'
import { STORY as escitalopram } from './escitalopram-indicator.ts'
import { STORY as panel } from './panel-many-medicines.ts'
import { STORY as sertraline } from './sertraline-silence.ts'
import { STORY as simvastatin } from './simvastatin-slco1b1.ts'
import { STORY as tramadol } from './tramadol-on-paroxetine.ts'
import { STORY as voriconazole } from './voriconazole-liver-transplant.ts'
import { STORY as warfarin } from './warfarin-start.ts'
import { STORY as wholeRecord } from './whole-record.ts'

/** All stories, in the order of the patient list. */
export const STORIES: readonly Story[] = [
  clopidogrel,
  codeine,
  tramadol,
  capecitabine,
  azathioprine,
  abacavir,
  carbamazepine,
  simvastatin,
  warfarin,
  citalopram,
  escitalopram,
  clopidogrelPdf,
  capecitabineUntested,
  sertraline,
  panel,
  voriconazole,
  clopidogrelCorrected,
  cirrhosis,
  wholeRecord,
]
