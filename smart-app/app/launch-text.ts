/** Every text of the launch page. */
export const LAUNCH_TEXT = {
  brand: 'Attune',
  connecting: { title: 'Opening Attune', text: 'Signing in to your record system…' },
  choose: {
    title: 'Open a patient in Attune',
    text: 'Choose the record system to sign in to. You choose the patient there.',
    none: 'No record system is registered on this server yet. Its operator can add one.',
    open: (host: string) => `Sign in to ${host}`,
  },
  unknown: {
    title: 'This record system is not registered',
    text: (host: string) => `Attune was opened from ${host}, which is not registered on this server. Nothing was sent to it.`,
    help: 'Ask the people who run Attune for your hospital to register it, then open Attune from the chart again.',
    unnamed: 'an address that cannot be read',
  },
  failed: {
    title: 'The record system could not be reached',
    text: (host: string) =>
      `Signing in to ${host} could not be started: it did not answer, or it does not offer a safe login (PKCE with S256).`,
    retry: 'Try again',
  },
  noConfig: {
    title: 'Attune is not answering',
    text: 'The server did not say which record systems it knows. Try again in a moment.',
    retry: 'Try again',
  },
} as const
