import type { Command } from 'commander'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { wholeNumber } from '../options.ts'
import type { Output } from '../output.ts'
import { withEngine } from '../session.ts'
import { runCircle } from './circle.ts'
import { tableOf } from './table.ts'

export function addDemo(program: Command, output: Output) {
  program
    .command('demo')
    .description('Run the whole circle on the sample, in a folder of its own, and compare what curation brought.')
    .option('--all', 'also train the controls: human pairs only, and a random subset of the same size', false)
    .option('--quick', 'a look at the mechanics in about a minute; its figures mean nothing', false)
    .option('--seed <number>', 'seed of sample and training', wholeNumber, 0)
    .option('--folder <folder>', 'where to work; a new temporary folder if left out')
    .option('--json', 'print the record as one JSON object, as the last line')
    .action(({ all, quick, seed, folder, json }) => {
      const place = folder ? resolve(folder) : mkdtempSync(join(tmpdir(), 'winnow-demo-'))
      return withEngine(
        async ({ client }) => {
          output.note(`Working in ${place}`)
          await client.project.open({ folder: join(place, 'project'), create: true })
          const record = await runCircle(client, place, { all, quick, seed }, output)
          output.result(tableOf(record))
          if (json) output.result(JSON.stringify(record))
        },
        { user: join(place, 'user') },
      )
    })
}
