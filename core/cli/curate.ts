import { Option, type Command } from 'commander'
import { resolve } from 'node:path'
import type { Job, JobSpecInput } from '../contract/index.ts'
import { runJob } from './follow.ts'
import { checkpointOf, decodingOf, enterProject, onProject, queryOf, wholeNumber, withQuery } from './options.ts'
import type { Output } from './output.ts'
import { withEngine, type Client } from './session.ts'

/** The result of a job: one line a fact, or one JSON object. */
export function printJob(job: Job, json: boolean | undefined, output: Output) {
  if (json) return output.result(JSON.stringify({ job: job.id, state: job.state, ...job.result }))
  for (const [name, value] of Object.entries(job.result ?? {})) output.result(`${name}\t${value}`)
}

export function addCurateCommands(program: Command, output: Output) {
  addImport(program, output)
  addCapfilt(program, output)
  addExport(program, output)
}

function addImport(program: Command, output: Output) {
  const command = program
    .command('import')
    .description('Import pictures with captions: a folder, or a CSV, TSV, JSONL or COCO captions file.')
    .argument('<path>', 'folder or file')
  onProject(command)
    .addOption(
      new Option('-f, --format <format>', 'format of the file')
        .choices(['auto', 'folder', 'csv', 'tsv', 'jsonl', 'coco'])
        .default('auto'),
    )
    .addOption(
      new Option('-s, --source <source>', 'where the captions come from').choices(['web', 'human']).default('web'),
    )
    .option('--root <folder>', 'where relative picture paths start')
    .option('--path-column <name>', 'column or key of the picture path')
    .option('--caption-column <name>', 'column or key of the caption')
    .action((path: string, { project, json, format, source, root, pathColumn, captionColumn }) =>
      withEngine(async (session) => {
        await enterProject(session, project, output, { create: true })
        const spec: JobSpecInput = {
          kind: 'import',
          path: resolve(path),
          format,
          source,
          root: root && resolve(root),
          pathColumn,
          captionColumn,
        }
        printJob(await runJob(session.client, spec, output), json, output)
      }),
    )
}

interface CapfiltOptions {
  project?: string
  json?: boolean
  query: string
  captioner?: string
  filter?: string
  decoding: string
  seed: number
  prompt: string
  minLength: number
  maxLength: number
  onlyMissing?: boolean
  batch: number
}

/** caption, score and capfilt are one job with or without its halves. */
function addCapfilt(program: Command, output: Output) {
  const run = (options: CapfiltOptions) =>
    withEngine(async (session) => {
      await enterProject(session, options.project, output)
      printJob(await runJob(session.client, await capfiltSpec(session.client, options), output), options.json, output)
    })
  const caption = program
    .command('caption')
    .description('Write a synthetic caption for each picture.')
    .requiredOption('-c, --captioner <checkpoint>', 'name or hash of the checkpoint that writes')
  writing(withBatch(caption)).action(run)
  const score = program
    .command('score')
    .description('Score captions by how well they match their picture (ITM, ITC).')
    .requiredOption('-f, --filter <checkpoint>', 'name or hash of the checkpoint that judges')
  withBatch(score).action(run)
  const both = program
    .command('capfilt')
    .description('Write synthetic captions, and score them and the others.')
    .requiredOption('-c, --captioner <checkpoint>', 'name or hash of the checkpoint that writes')
    .requiredOption('-f, --filter <checkpoint>', 'name or hash of the checkpoint that judges')
  writing(withBatch(both)).action(run)
}

function withBatch(command: Command): Command {
  return withQuery(onProject(command)).option('-b, --batch <number>', 'pictures at a time', wholeNumber, 32)
}

function writing(command: Command): Command {
  return command
    .option('-d, --decoding <way>', 'greedy, beam[:number] or nucleus[:p]', 'nucleus:0.9')
    .option('--seed <number>', 'seed of nucleus sampling', wholeNumber, 1)
    .option('--prompt <text>', 'words each caption begins with', '')
    .option('--min-length <number>', 'least tokens', wholeNumber, 5)
    .option('--max-length <number>', 'most tokens', wholeNumber, 20)
    .option('--only-missing', 'only pictures without a caption')
}

async function capfiltSpec(client: Client, options: CapfiltOptions): Promise<JobSpecInput> {
  const hashOf = async (given: string | undefined) =>
    given === undefined ? null : (await checkpointOf(client, given)).hash
  const { query, prompt, minLength, maxLength, onlyMissing, batch } = options
  const captioner = await hashOf(options.captioner)
  const decoding = captioner === null ? undefined : decodingOf(options.decoding, options.seed)
  return {
    kind: 'capfilt',
    query: queryOf(query),
    captioner,
    filter: await hashOf(options.filter),
    decoding,
    prompt,
    minLength,
    maxLength,
    onlyMissing,
    batchSize: batch,
  }
}

function addExport(program: Command, output: Output) {
  const command = program
    .command('export')
    .description('Export the pairs of a query, or a checkpoint, to a new folder.')
    .argument('<folder>', 'folder to write')
  withQuery(onProject(command))
    .addOption(
      new Option('-f, --format <format>', 'format of the dataset')
        .choices(['sidecar', 'jsonl', 'csv', 'coco'])
        .default('jsonl'),
    )
    .option('--no-pictures', 'refer to the pictures where they are instead of copying them')
    .option('-m, --model <checkpoint>', 'export this checkpoint as a Hugging Face folder instead')
    .addOption(
      new Option('-l, --layout <layout>', 'layout of the model')
        .choices(['retrieval', 'captioning'])
        .default('retrieval'),
    )
    .action((folder: string, { project, json, query, format, pictures, model, layout }) =>
      withEngine(async (session) => {
        await enterProject(session, project, output)
        const target = resolve(folder)
        const spec: JobSpecInput = model
          ? {
              kind: 'export-model',
              checkpoint: (await checkpointOf(session.client, model)).hash,
              layout,
              folder: target,
            }
          : { kind: 'export-dataset', query: queryOf(query), format, folder: target, copyPictures: pictures }
        printJob(await runJob(session.client, spec, output), json, output)
      }),
    )
}
