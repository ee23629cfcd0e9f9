import type { ArmResult } from './arms.ts'
import type { DemoRecord } from './circle.ts'
import type { CaptionAccuracy } from './measure.ts'

const percent = (value: number): string => (100 * value).toFixed(1)

/** The record of a demo as a person reads it. All shares in percent. */
export function tableOf(record: DemoRecord): string {
  const { filter, captions, retrieval, stages, seconds, quick, models, exported } = record
  const parts = [
    ...(quick ? ['Quick look: far too little data and training for the figures to mean anything.\n'] : []),
    `Captioner and filter: ${models}.`,
    `Filter (${filter.metric} ≥ ${filter.threshold}, which 9 of 10 trusted pairs reach) on ${filter.of} web captions, ${filter.kept} kept:`,
    `  precision ${percent(filter.precision)}   recall ${percent(filter.recall)}   AUC ${percent(filter.auc)}`,
    '',
    grid(
      ['captions, right in', 'number', 'nouns', 'count', 'colour', 'size', 'relation', 'all'],
      captionRows(captions),
    ),
    '',
    grid(
      ['held-out R@1 at equal steps', 'pairs', 'combo i→t', 'combo t→i', 'vendor i→t', 'vendor t→i', 'mean'],
      Object.values(retrieval.arms).map(armRow),
    ),
    verdict(retrieval),
    '',
    grid(
      ['stage', 'seconds'],
      [...stages.map(({ name, seconds }) => [name, seconds.toFixed(1)]), ['all', seconds.toFixed(1)]],
    ),
    '',
    ...exported.map((folder) => `exported ${folder}`),
  ]
  return parts.join('\n')
}

function captionRows(captions: DemoRecord['captions']): string[][] {
  const row = (name: string, { captions: count, ...accuracy }: CaptionAccuracy & { captions: number }) => [
    name,
    String(count),
    ...(['nouns', 'count', 'colour', 'size', 'relation', 'all'] as const).map((attribute) =>
      percent(accuracy[attribute]),
    ),
  ]
  return [
    row('web', captions.web),
    row('web, kept', captions.keptWeb),
    row('synthetic', captions.synthetic),
    row('synthetic, kept', captions.keptSynthetic),
  ]
}

function armRow({ arm, pairs, combo, vendor, i2tR1, t2iR1 }: ArmResult): string[] {
  return [
    arm,
    String(pairs),
    percent(combo.i2tR1),
    percent(combo.t2iR1),
    percent(vendor.i2tR1),
    percent(vendor.t2iR1),
    percent((i2tR1 + t2iR1) / 2),
  ]
}

function verdict({ before, after }: DemoRecord['retrieval']): string {
  const gain = (after.i2tR1 + after.t2iR1 - before.i2tR1 - before.t2iR1) / 2
  return `Best curated arm: ${after.arm}, ${gain >= 0 ? '+' : '−'}${percent(Math.abs(gain))} points over raw. One seed; differences of two points are noise.`
}

function grid(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: string[]) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')
  return [line(head), ...rows.map(line)].join('\n')
}
