/**
 * Puts benchmark records into docs/performance.md and docs/systems.md, so that no figure is typed by hand:
 *   npm run bench -- train --json > train.txt
 *   node scripts/performance-table.mjs train.txt [more files]
 * The last line of each file is the record (rows of several records of one benchmark stand below each other); its table goes between <!-- bench:NAME --> and <!-- /bench:NAME -->.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup/places.mjs'

const pages = ['performance.md', 'systems.md'].map((name) => join(root, 'docs', name))

/** The page with the record's table in its place. Throws where there is no such place. */
export function withRecord(text, record, date) {
  const [start, end] = [`<!-- bench:${record.bench} -->`, `<!-- /bench:${record.bench} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from)
    throw new Error(`There is no place for "${record.bench}" on the pages (${start} … ${end}).`)
  return `${text.slice(0, from + start.length)}\n\n${section(record, date)}\n\n${text.slice(to)}`
}

/** The record in the text of a benchmark's output. */
export function recordIn(output) {
  const line = output
    .split('\n')
    .map((each) => each.trim())
    .findLast((each) => each.startsWith('{') && each.endsWith('}'))
  const record = line && JSON.parse(line)
  if (!record?.bench || !Array.isArray(record.rows))
    throw new Error('There is no benchmark record; run it with --json.')
  return record
}

function section({ machine, commit, rows }, date) {
  const { platform, arch, cpu, threads, memory, node, loadBefore: load } = machine
  const busy = load === undefined ? '' : `, load ${load} before`
  const facts = `${date}, commit ${commit}: ${threads} × ${cpu.trim()}, ${gigabytes(memory)} GB, ${platform} ${arch}, Node ${node}${busy}.`
  const head = ['what', 'ours', 'peer', 'ratio', 'target', 'n']
  const lines = [head, head.map(() => '---'), ...rows.map(cells)].map((row) => `| ${row.map(cell).join(' | ')} |`)
  const notes = rows.filter(({ note }) => note).map(({ name, note }) => `- ${name}: ${note}`)
  return [facts, '', ...lines, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')
}

function cells({ name, unit, ours, peer, peerName, ratio, target, pass, n }) {
  return [
    name,
    `${figure(ours)} ${unit}`,
    peer === null ? '–' : `${figure(peer)} (${peerName})`,
    ratio === null ? '–' : `${ratio.toFixed(2)} ×`,
    target === null ? '–' : `${target} ${pass ? '✓ met' : '✗ missed'}`,
    String(n),
  ]
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const figure = (value) =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
const gigabytes = (bytes) => (bytes / 1e9).toFixed(1)

if (import.meta.filename === process.argv[1]) {
  const files = process.argv.slice(2)
  if (files.length === 0) {
    console.error('Usage: node scripts/performance-table.mjs <output of a benchmark with --json> …')
    process.exitCode = 2
  }
  const records = files.map((file) => ({
    date: statSync(file).mtime.toISOString().slice(0, 10),
    ...recordIn(readFileSync(file, 'utf8')),
  }))
  for (const [bench, some] of Map.groupBy(records, ({ bench }) => bench)) {
    const record = { ...some.at(-1), rows: some.flatMap(({ rows }) => rows) }
    const page = pages.find((each) => readFileSync(each, 'utf8').includes(`<!-- bench:${bench} -->`)) ?? pages[0]
    writeFileSync(page, withRecord(readFileSync(page, 'utf8'), record, record.date))
    console.error(`${bench}: ${record.rows.length} rows`)
  }
}
