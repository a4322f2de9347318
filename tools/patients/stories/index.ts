import type { Story } from '../story.ts'
import { STORY as azathioprine } from './azathioprine-tpmt-nudt15.ts'
import { STORY as capecitabine } from './capecitabine-dpyd.ts'
import { STORY as clopidogrel } from './clopidogrel-after-stent.ts'
import { STORY as codeine } from './codeine-after-tonsillectomy.ts'
import { STORY as tramadol } from './tramadol-on-paroxetine.ts'

/** All stories, in the order of the patient list. */
export const STORIES: readonly Story[] = [clopidogrel, codeine, tramadol, capecitabine, azathioprine]
