import { inLanguage } from '../../language.ts'

const EN = {
  title: 'Other omics',
  lead: 'Results of proteomics, metabolomics and their like, shown as laboratory values with the method that made them. No advice rests on them.',
  empty: 'No proteomic or metabolomic result in what was read.',
  recognised: 'What would be recognised',
  recognisedLead:
    'FHIR has no category for these results. They are told by a category of their own, by a code, or by words in category, name or method; everything else stands with the labs.',
  kind: 'Kind',
  codes: 'Codes',
  words: 'Words that begin with',
  caption: (kind: string) => `${kind}: newest value of each analyte`,
  tableCaption: 'Kinds of results and how they are recognised',
}

const DE: typeof EN = {
  title: 'Weitere Omics',
  lead: 'Ergebnisse aus Proteomik, Metabolomik und Verwandtem, wie Laborwerte gezeigt, mit der Methode, mit der sie bestimmt wurden. Keine Empfehlung stützt sich darauf.',
  empty: 'Kein Ergebnis aus Proteomik oder Metabolomik in den gelesenen Daten.',
  recognised: 'Was erkannt würde',
  recognisedLead:
    'FHIR kennt für diese Ergebnisse keine Kategorie. Erkannt werden sie an einer eigenen Kategorie, an einem Code oder an Wörtern in Kategorie, Name oder Methode; alles Übrige steht beim Labor.',
  kind: 'Art',
  codes: 'Codes',
  words: 'Wörter, die beginnen mit',
  caption: (kind) => `${kind}: neuester Wert je Messgröße`,
  tableCaption: 'Arten von Ergebnissen und woran sie erkannt werden',
}

export const TEXT = inLanguage({ en: EN, de: DE })
