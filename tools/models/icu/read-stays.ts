import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'

/** One value as published: minutes from the start of the stay in the unit. */
export type Raw = { readonly minute: number; readonly value: number }
/** Values of one stay by the parameter's published name. */
export type Stay = { readonly id: string; readonly series: Map<string, Raw[]> }

const number = (text: string, where: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`${where}: "${text.slice(0, 20)}" is not a number`)
  return value
}

const stayOf = (stays: Map<string, Stay>, id: string): Stay => {
  const known = stays.get(id)
  if (known) return known
  const made = { id, series: new Map<string, Raw[]>() }
  stays.set(id, made)
  return made
}

const add = (stay: Stay, parameter: string, raw: Raw): void => {
  const list = stay.series.get(parameter)
  if (list) list.push(raw)
  else stay.series.set(parameter, [raw])
}

/** `parameter<TAB>RecordID<TAB>minute:value minute:value ...`, one line per parameter and stay, under one header line; may be gzipped. */
const readTable = async (file: string, stays: Map<string, Stay>): Promise<void> => {
  const bytes = createReadStream(file)
  const lines = createInterface({ input: file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes })
  let row = 0
  for await (const line of lines) {
    row += 1
    if (row === 1 || line === '') continue
    const where = `${file} line ${row}`
    const [parameter, id, values, ...rest] = line.split('\t')
    if (!parameter || !id || values === undefined || rest.length > 0) throw new Error(`${where}: not three columns`)
    const stay = stayOf(stays, id)
    for (const entry of values.split(' ')) {
      const colon = entry.indexOf(':')
      if (colon < 1) throw new Error(`${where}: "${entry.slice(0, 20)}" is not minute:value`)
      add(stay, parameter, { minute: number(entry.slice(0, colon), where), value: number(entry.slice(colon + 1), where) })
    }
  }
}

/** One stay as the challenge first published it: a text file of `Time,Parameter,Value` with times as hours:minutes. */
const readText = (file: string, stays: Map<string, Stay>): void => {
  const rows = readFileSync(file, 'utf8').split(/\r?\n/).slice(1).filter(Boolean)
  const split = rows.map((line) => line.split(','))
  const id = split.find(([, parameter]) => parameter === 'RecordID')?.[2]
  if (!id) throw new Error(`${file}: no RecordID`)
  const stay = stayOf(stays, id)
  for (const [time = '', parameter = '', value = ''] of split) {
    if (parameter === 'RecordID' || parameter === '') continue
    const [hours = '', minutes = ''] = time.split(':')
    add(stay, parameter, { minute: number(hours, file) * 60 + number(minutes, file), value: number(value, file) })
  }
}

/** Stays of a repacked table (`.tsv`, `.tsv.gz`) or of a folder with one text file per stay. @throws Error that names file and line */
export const readStays = async (path: string): Promise<Stay[]> => {
  const stays = new Map<string, Stay>()
  if (statSync(path).isDirectory())
    for (const name of readdirSync(path)
      .filter((one) => one.endsWith('.txt'))
      .sort())
      readText(`${path}/${name}`, stays)
  else await readTable(path, stays)
  return [...stays.values()].sort((a, b) => Number(a.id) - Number(b.id))
}

/** In-hospital death by RecordID. Nothing else of the outcome file is read: severity scores, length of stay and survival lie after or beside the outcome. */
export const readOutcomes = (files: readonly string[]): Map<string, 0 | 1> => {
  const outcomes = new Map<string, 0 | 1>()
  for (const file of files) {
    const [head = '', ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/)
    const columns = head.split(',')
    const id = columns.indexOf('RecordID')
    const died = columns.indexOf('In-hospital_death')
    if (id < 0 || died < 0) throw new Error(`${file}: no column RecordID or In-hospital_death`)
    for (const row of rows) {
      const cells = row.split(',')
      const value = cells[died]
      if (value !== '0' && value !== '1') throw new Error(`${file}: In-hospital_death of ${cells[id]} is neither 0 nor 1`)
      outcomes.set(cells[id] ?? '', value === '1' ? 1 : 0)
    }
  }
  return outcomes
}
