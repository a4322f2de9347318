import type { Coding, Lineage, PartialDate } from './lineage.ts'

/** What a reading is about, by its code (`rules/device-codes.json`). */
export type DeviceKind =
  | 'glucose'
  | 'heart-rate'
  | 'resting-heart-rate'
  | 'steps'
  | 'activity'
  | 'sleep'
  | 'oxygen'
  | 'weight'
  | 'blood-pressure'
  | 'ecg'
  | 'other'

/** A reading, or why there is no number: `E` no valid value; `L`, `U` below or above what the device can show (FHIR SampledData). */
export type DeviceValue = number | 'E' | 'L' | 'U'

/**
 * Readings in columns, oldest first. 100,000 evenly sampled points take about 0.4 MB so, and 5 MB as objects with a date each.
 * Runs are `[what, how often]`.
 */
export type DevicePoints = {
  /** Instant of the first point, milliseconds since 1970. */
  readonly from: number
  /** Milliseconds from each point to the next: one entry fewer than values. */
  readonly steps: readonly (readonly [ms: number, times: number])[]
  /** Minutes east of UTC that the record states for each point; null where it states none (`Z` says only the instant). */
  readonly offsets: readonly (readonly [minutes: number | null, times: number])[]
  readonly values: readonly DeviceValue[]
}

/** Evenly sampled points (SampledData), many readings of one kind, or both, of one device. */
export type DeviceSeries = {
  /** The newest resource of the series. */
  readonly ref: string
  /** Resources that it was read from. */
  readonly resources: number
  readonly name: string
  readonly kind: DeviceKind
  readonly codes: readonly Coding[]
  readonly unit: string
  readonly points: DevicePoints
  /** What the device can show, in `unit`. */
  readonly limits?: { readonly low?: number; readonly high?: number }
  /** One of several values that were sampled together: which, counted from 1, and of how many. */
  readonly channel?: { readonly index: number; readonly of: number }
  /** `Device/…` of the list, where the readings name one of it. */
  readonly device?: string
  /** Device as the readings word it. */
  readonly deviceName?: string
  /** Who took the readings, by the kind of performer; absent where the record does not say. */
  readonly by?: 'patient' | 'relative' | 'professional'
  /** When the newest reading was made available in the record. */
  readonly issued?: PartialDate
  readonly lineage: Lineage
}

/** A device as the record describes it; serial numbers are not read. */
export type DeviceEntry = {
  readonly ref: string
  readonly name: string
  readonly maker?: string
  readonly model?: string
  readonly kinds: readonly string[]
  readonly status?: string
  readonly lineage: Lineage
}

/** An electrocardiogram as the record holds it: intervals and words of whoever read it, and the curve. Nothing is read from the curve. */
export type EcgRecord = {
  readonly ref: string
  /** As the record names it; empty for intervals that came without a recording. */
  readonly name: string
  readonly intervals: readonly {
    readonly name: string
    readonly code: Coding
    readonly value: number
    readonly unit: string
    /** For a corrected interval: formula that its code names; null where it names none. */
    readonly correction?: string | null
    readonly ref: string
  }[]
  /** What device or reader said, word for word. */
  readonly said: readonly { readonly name: string; readonly text: string; readonly ref: string }[]
  readonly waves: readonly DeviceSeries[]
  readonly device?: string
  readonly deviceName?: string
  readonly by?: DeviceSeries['by']
  readonly lineage: Lineage
}

/** A range of sensor glucose: limits, both included, and how much of the readings lay in it. */
export type GlucoseShare = {
  readonly id: string
  readonly label: string
  /** In the unit of the record. */
  readonly low: number | null
  readonly high: number | null
  readonly count: number
  /** Of all readings that have a place, in percent. */
  readonly percent: number
}

/** A target of the consensus and how the readings stand to it; `met` is null where nothing is judged. */
export type GlucoseTarget = {
  readonly id: string
  readonly label: string
  /** Percent, to one digit: as shown, so judged. */
  readonly value: number
  /** Limits of the ranges that it adds up, in the record's unit; both null for the variation. */
  readonly low: number | null
  readonly high: number | null
  readonly sign: '<' | '<=' | '>' | '>='
  readonly limit: number
  readonly met: boolean | null
}

export type Cited = { readonly label: string; readonly url: string; readonly where: string }

/** Sensor glucose of the last days of one series, computed by the consensus on CGM. */
export type GlucoseProfile = {
  readonly ref: string
  readonly resources: number
  readonly name: string
  readonly device?: string
  readonly deviceName?: string
  readonly unit: 'mg/dL' | 'mmol/L'
  /** Instants, milliseconds; the window ends with the last reading. */
  readonly window: {
    readonly from: number
    readonly to: number
    readonly days: number
    /** Minutes east of UTC at the last reading; null where the record states none. */
    readonly offset: number | null
  }
  readonly readings: number
  readonly interval: { readonly minutes: number } | null
  /** Share of the readings that the interval promises, in percent; null when no interval can be told. */
  readonly active: number | null
  /** Least share that the consensus asks for, in percent, and whether it came. */
  readonly needed: number
  readonly sufficient: boolean
  /** Lost (`E`), beyond the sensor (`L`, `U`), beyond it without a known limit (in no range), and told twice differently. */
  readonly lost: number
  readonly beyond: { readonly below: number; readonly above: number }
  readonly unplaced: number
  readonly conflicting: number
  readonly mean: number | null
  readonly deviation: number | null
  /** Coefficient of variation, percent. */
  readonly variation: number | null
  /** Glucose management indicator, percent. */
  readonly gmi: number | null
  readonly shares: readonly GlucoseShare[]
  /** Range of time in range, in the record's unit. */
  readonly range: { readonly low: number; readonly high: number }
  readonly tight: GlucoseShare | null
  readonly targets: readonly {
    readonly id: string
    readonly label: string
    readonly because: string
    /** Why nothing is judged; absent where it is. */
    readonly unjudged?: string
    readonly rows: readonly GlucoseTarget[]
    readonly source: Cited
  }[]
  /** Percentiles by time of day. A null column entry has too few readings. */
  readonly curve: {
    readonly minutes: readonly number[]
    readonly readings: readonly number[]
    readonly percentiles: readonly { readonly percent: number; readonly values: readonly (number | null)[] }[]
  }
  /** `local` where the record states the offset of each reading. */
  readonly clock: 'local' | 'utc' | 'mixed'
  /** How it was computed and what to know, in sentences. */
  readonly notes: readonly string[]
  readonly sources: readonly Cited[]
}

/** A glucose series about which nothing can be computed, and why. */
export type GlucoseRefusal = { readonly ref: string; readonly name: string; readonly because: string }

/** What the server computed of the device readings. */
export type DeviceSummaries = {
  readonly glucose: readonly GlucoseProfile[]
  readonly refused: readonly GlucoseRefusal[]
}
