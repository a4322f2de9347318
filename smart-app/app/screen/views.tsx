import { type ComponentType, lazy, type ReactNode } from 'react'
import type { FactsPart } from '../../../src/contract/profile.ts'
import type { ProfileState } from '../profile/profile-state.ts'
import type { Session } from '../session/smart-session.ts'
import { TEXT } from '../text.ts'
import { medicinesMark, orderMark, sourcesMark } from './tab-marks.tsx'

/** What every view gets. A view reads and shows; it asks the record nothing itself. */
export type ViewProps = {
  readonly profile: ProfileState
  readonly session: Session
  /** FHIR id of the patient in context. */
  readonly patient: string
  /** Opens another view, for example `sources`. */
  readonly open: (view: string) => void
}

export type View = {
  readonly id: string
  /** Heading under which the navigation lists it. */
  readonly group: 'act' | 'record' | 'check'
  readonly title: string
  readonly mark?: (props: ViewProps) => ReactNode
  /** Parts of the record that it shows: as soon as these are whole it shows them. Absent: it waits for the whole record. */
  readonly parts?: readonly FactsPart[]
  readonly show: ComponentType<ViewProps>
}

/** A view is a module whose default export is its component; it is loaded when it is first opened. */
const later = (load: () => Promise<{ readonly default: ComponentType<ViewProps> }>): ComponentType<ViewProps> => lazy(load)

/** Every view, in the order of the navigation. A new one is one entry here and a folder in `panels/`. */
export const VIEWS: readonly View[] = [
  {
    id: 'order',
    group: 'act',
    title: TEXT.tabs.order,
    mark: ({ profile, session }) => orderMark(profile, session.context),
    show: later(() => import('../panels/order/OrderPanel.tsx')),
  },
  {
    id: 'medicines',
    group: 'act',
    title: TEXT.tabs.medicines,
    mark: ({ profile }) => medicinesMark(profile),
    parts: ['medicines'],
    show: later(() => import('../panels/medicines/MedicinesPanel.tsx')),
  },
  {
    id: 'genome',
    group: 'act',
    title: TEXT.tabs.genome,
    parts: ['readings', 'variants', 'documents'],
    show: later(() => import('../panels/genome/GenomePanel.tsx')),
  },
  { id: 'risks', group: 'act', title: TEXT.tabs.risks, show: later(() => import('../panels/risks/RisksPanel.tsx')) },
  { id: 'what-if', group: 'act', title: TEXT.tabs['what-if'], show: later(() => import('../panels/what-if/WhatIfPanel.tsx')) },
  {
    id: 'labs',
    group: 'record',
    title: TEXT.tabs.labs,
    parts: ['labs', 'vitals', 'laboratory'],
    show: later(() => import('../panels/labs/LabsPanel.tsx')),
  },
  {
    id: 'imaging',
    group: 'record',
    title: TEXT.tabs.imaging,
    parts: ['imaging', 'imagingReports', 'imagingEndpoints'],
    show: later(() => import('../panels/imaging/ImagingPanel.tsx')),
  },
  { id: 'devices', group: 'record', title: TEXT.tabs.devices, show: later(() => import('../panels/devices/DevicesPanel.tsx')) },
  {
    id: 'person',
    group: 'record',
    title: TEXT.tabs.person,
    parts: [
      'patient',
      'conditions',
      'allergies',
      'family',
      'familyGroups',
      'lifestyle',
      'topics',
      'surveys',
      'questionnaires',
      'procedures',
      'encounters',
      'immunizations',
    ],
    show: later(() => import('../panels/person/PersonPanel.tsx')),
  },
  { id: 'notes', group: 'record', title: TEXT.tabs.notes, show: later(() => import('../panels/notes/NotesPanel.tsx')) },
  {
    id: 'omics',
    group: 'record',
    title: TEXT.tabs.omics,
    parts: ['labs', 'vitals', 'laboratory'],
    show: later(() => import('../panels/omics/OmicsPanel.tsx')),
  },
  { id: 'timeline', group: 'record', title: TEXT.tabs.timeline, show: later(() => import('../panels/timeline/TimelinePanel.tsx')) },
  { id: 'review', group: 'check', title: TEXT.tabs.review, show: later(() => import('../panels/review/ReviewPanel.tsx')) },
  {
    id: 'sources',
    group: 'check',
    title: TEXT.tabs.sources,
    mark: ({ profile }) => sourcesMark(profile),
    show: later(() => import('../panels/sources/SourcesPanel.tsx')),
  },
]
