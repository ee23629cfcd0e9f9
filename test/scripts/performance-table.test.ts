import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recordIn, withRecord } from '../../scripts/performance-table.mjs'

const row = {
  name: 'small, batch 16',
  unit: 'pairs/s',
  ours: 12.3456,
  peer: 10.5,
  peerName: 'torch 2 | eager',
  ratio: 1.1758,
  target: 1,
  pass: true,
  n: 7,
  note: 'interleaved',
}
const machine = {
  platform: 'linux',
  arch: 'x64',
  cpu: 'A CPU ',
  threads: 2,
  memory: 8e9,
  node: 'v24.0.0',
  loadBefore: 1.5,
}
const record = {
  bench: 'train',
  machine,
  commit: 'abc1234',
  rows: [row, { ...row, peer: null, ratio: null, target: null }],
}
const page = 'before\n<!-- bench:train -->\nold figures\n<!-- /bench:train -->\nafter\n'

describe('the tables of the performance page', () => {
  it('take the place of the old ones, with the machine and every figure', () => {
    const text = withRecord(page, record, '2026-01-02')
    expect(text).not.toContain('old figures')
    expect(text.startsWith('before\n<!-- bench:train -->\n')).toBe(true)
    expect(text.endsWith('<!-- /bench:train -->\nafter\n')).toBe(true)
    expect(text).toContain('2026-01-02, commit abc1234: 2 × A CPU, 8.0 GB, linux x64, Node v24.0.0, load 1.5 before.')
    expect(text).toContain(
      '| small, batch 16 | 12.3 pairs/s | 10.5 (torch 2 \\| eager) | 1.18 × | 1 ✓ met | 7 |\n' +
        '| small, batch 16 | 12.3 pairs/s | – | – | – | 7 |',
    )
    expect(text).toContain('- small, batch 16: interleaved')
    expect(withRecord(text, record, '2026-01-02')).toBe(text)
  })

  it('say when a target was missed', () => {
    const text = withRecord(page, { ...record, rows: [{ ...row, pass: false }] }, '2026-01-02')
    expect(text).toContain('1 ✗ missed')
  })

  it('need a place on the page and a record in the output', () => {
    expect(() => withRecord('nothing here', record, '')).toThrow('no place for "train"')
    expect(recordIn(`noise\n${JSON.stringify(record)}\n`)).toEqual(record)
    expect(() => recordIn('no record here\n')).toThrow('--json')
  })

  it('have a place for every benchmark against a peer', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/performance.md'), 'utf8')
    for (const bench of ['train', 'caption', 'score', 'load', 'memory', 'start'])
      expect(() => withRecord(text, { ...record, bench }, '')).not.toThrow()
  })
})
