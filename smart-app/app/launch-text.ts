import { inLanguage } from './language.ts'

const EN = {
  brand: 'Attune',
  connecting: { title: 'Opening Attune', text: 'Signing in to your record system…' },
  choose: {
    title: 'Open a patient in Attune',
    text: 'Choose the record system to sign in to. You choose the patient there.',
    none: 'No record system is offered here without a launch. Open Attune from the chart of a patient.',
    open: (host: string) => `Sign in to ${host}`,
  },
  unknown: {
    title: 'This record system is not registered',
    text: (host: string) => `Attune was opened from ${host}, which is not registered on this server. Nothing was sent to it.`,
    help: 'Ask the people who run Attune for your hospital to register it, then open Attune from the chart again.',
    unnamed: 'an address that cannot be read',
  },
  failed: {
    unreachable: {
      title: 'The record system could not be reached',
      text: (host: string) => `${host} did not answer. Check the connection and try again.`,
    },
    'no-login': {
      title: 'The record system offers no SMART sign-in',
      text: (host: string) =>
        `${host} answered, but not with a sign-in that Attune can use (SMART App Launch). Its operator can tell whether there is one.`,
    },
    'no-pkce': {
      title: 'The sign-in of the record system is not safe enough',
      text: (host: string) =>
        `${host} does not offer PKCE with S256, which protects a sign-in in the browser. Attune does not sign in without it.`,
    },
    insecure: {
      title: 'This page is not served safely',
      text: (host: string) => `To sign in to ${host}, Attune must be opened over https. Its operator can set that up.`,
    },
    stopped: {
      title: 'The sign-in could not be started',
      text: (host: string) => `Signing in to ${host} stopped before it began. Try again.`,
    },
  },
  retry: 'Try again',
  noConfig: {
    title: 'Attune is not answering',
    text: 'The server did not say which record systems it knows. Try again in a moment.',
  },
}

const DE: typeof EN = {
  brand: 'Attune',
  connecting: { title: 'Attune wird geöffnet', text: 'Anmeldung am Primärsystem…' },
  choose: {
    title: 'Patienten in Attune öffnen',
    text: 'Wählen Sie das Primärsystem, an dem Sie sich anmelden. Den Patienten wählen Sie dort.',
    none: 'Hier wird ohne Aufruf aus einer Akte kein Primärsystem angeboten. Öffnen Sie Attune aus der Akte eines Patienten.',
    open: (host: string) => `Bei ${host} anmelden`,
  },
  unknown: {
    title: 'Dieses Primärsystem ist nicht registriert',
    text: (host: string) =>
      `Attune wurde von ${host} aus geöffnet. Dieses System ist auf dem Server nicht registriert; es wurde nichts dorthin gesendet.`,
    help: 'Bitten Sie den Betreiber von Attune in Ihrem Haus, es zu registrieren, und öffnen Sie Attune dann erneut aus der Patientenakte.',
    unnamed: 'einer unlesbaren Adresse',
  },
  failed: {
    unreachable: {
      title: 'Das Primärsystem ist nicht erreichbar',
      text: (host: string) => `${host} hat nicht geantwortet. Prüfen Sie die Verbindung und versuchen Sie es erneut.`,
    },
    'no-login': {
      title: 'Das Primärsystem bietet keine SMART-Anmeldung an',
      text: (host: string) =>
        `${host} hat geantwortet, aber nicht mit einer Anmeldung, die Attune nutzen kann (SMART App Launch). Der Betreiber weiß, ob es eine gibt.`,
    },
    'no-pkce': {
      title: 'Die Anmeldung des Primärsystems ist nicht sicher genug',
      text: (host: string) =>
        `${host} bietet kein PKCE mit S256 an, das eine Anmeldung im Browser schützt. Ohne das meldet sich Attune nicht an.`,
    },
    insecure: {
      title: 'Diese Seite wird nicht sicher ausgeliefert',
      text: (host: string) => `Für die Anmeldung bei ${host} muss Attune über https geöffnet werden. Der Betreiber kann das einrichten.`,
    },
    stopped: {
      title: 'Die Anmeldung konnte nicht beginnen',
      text: (host: string) => `Die Anmeldung bei ${host} brach ab, bevor sie begann. Versuchen Sie es erneut.`,
    },
  },
  retry: 'Erneut versuchen',
  noConfig: {
    title: 'Attune antwortet nicht',
    text: 'Der Server hat nicht mitgeteilt, welche Primärsysteme er kennt. Versuchen Sie es gleich noch einmal.',
  },
}

/** Every text of the launch page. */
export const LAUNCH_TEXT = inLanguage({ en: EN, de: DE })
