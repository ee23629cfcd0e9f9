import type { Command } from 'commander'
import type { JobSpecInput, MemoryPlan, Retrieval, RunDetail } from '../contract/index.ts'
import { printJob } from './curate.ts'
import { runJob } from './follow.ts'
import { change, checkpointOf, enterProject, onProject, queryOf, share, wholeNumber, withQuery } from './options.ts'
import { faultText, type Output } from './output.ts'
import { profileText } from './profile.ts'
import { withEngine, type Client } from './session.ts'

interface TrainOptions {
  project?: string
  json?: boolean
  query: string
  name?: string
  recipe: string
  set?: Record<string, string | number | boolean>
  start?: string
  shape?: string
  seed: number
  heldOut: number
  overfit?: boolean
}

export function addModelCommands(program: Command, output: Output) {
  const train = program
    .command('train')
    .description('Fine-tune a checkpoint, or train from scratch, on the pairs of a query.')
  withRecipe(train)
    .option('--held-out <share>', 'share of the pictures kept for the comparison', share, 0.1)
    .action((options: TrainOptions) => trainAction(options, output))

  const overfit = program
    .command('overfit')
    .description('Check that a set-up can learn: it must learn one batch of the query by heart. Keeps no checkpoint.')
  withRecipe(overfit).action((options: TrainOptions) => overfitAction(options, output))

  const evaluate = program
    .command('evaluate')
    .description('Measure retrieval of a checkpoint on the pairs of a query.')
    .requiredOption('-c, --checkpoint <checkpoint>', 'name or hash of the checkpoint')
  withQuery(onProject(evaluate)).action(({ project, json, query, checkpoint }) =>
    withEngine(async (session) => {
      await enterProject(session, project, output)
      const { hash } = await checkpointOf(session.client, checkpoint)
      printJob(
        await runJob(session.client, { kind: 'evaluate', checkpoint: hash, query: queryOf(query) }, output),
        json,
        output,
      )
    }),
  )
}

function withRecipe(command: Command): Command {
  return withQuery(onProject(command))
    .option('-r, --recipe <name>', 'recipe in resources/recipes', 'finetune')
    .option('-n, --name <name>', "name of the run; the recipe's if left out")
    .option('--start <checkpoint>', 'name or hash of the starting checkpoint')
    .option('--shape <name>', "shape to start from random weights of, or around another family's picture encoder")
    .option('--set <knob=value>', 'change a knob of the recipe; can be repeated', change)
    .option('--seed <number>', 'seed of everything random', wholeNumber, 1)
}

/** Prints the verdict; a check that is not passed is a failure of the command. */
function overfitAction(options: TrainOptions, output: Output) {
  return withEngine(async (session) => {
    const { client } = session
    await enterProject(session, options.project, output)
    const shape = options.shape ?? (options.start ? undefined : await shapeOf(client, options.recipe))
    const checked = { ...options, name: options.name ?? `${options.recipe}, overfit check`, shape, overfit: true }
    const job = await runJob(client, await checkedSpec(client, checked, output), output)
    if (options.json) printJob(job, true, output)
    else output.result(String(job.result?.['losses']))
    if (job.result?.['overfit'] !== 'passed') process.exitCode = 1
  })
}

/** The shape that a recipe is made for; undefined for an unknown recipe, which preflight names. */
async function shapeOf(client: Client, recipe: string): Promise<string | undefined> {
  return (await client.models.recipes()).find(({ name }) => name === recipe)?.shape
}

function trainAction(options: TrainOptions, output: Output) {
  return withEngine(async (session) => {
    const { client } = session
    await enterProject(session, options.project, output)
    const job = await runJob(client, await checkedSpec(client, options, output), output)
    const run = await client.runs.get({ run: String(job.result?.['run']) })
    const profile = await client.jobs.profile({ job: job.id })
    if (options.json) {
      const time = profile && { ...profile, spans: undefined }
      output.result(
        JSON.stringify({ job: job.id, ...job.result, ...run.evaluation, captions: undefined, profile: time }),
      )
    } else {
      printRun(run, output)
      if (profile) output.result(`time\t${profileText(profile)}`)
    }
  })
}

/** Says the warnings before the run starts; problems come as the fault of its start. */
async function checkedSpec(client: Client, options: TrainOptions, output: Output): Promise<JobSpecInput> {
  const { query, recipe, name = recipe, set = {}, shape, seed, heldOut, overfit } = options
  const start = options.start === undefined ? null : (await checkpointOf(client, options.start)).hash
  const spec = {
    kind: 'train' as const,
    name,
    query: queryOf(query),
    recipe,
    changes: set,
    start,
    shape,
    seed,
    heldOut,
    overfit,
  }
  const { pairs, pictures, heldOutPairs, steps, memory, warnings } = await client.runs.preflight(spec)
  for (const warning of warnings) output.note(faultText(warning))
  output.note(
    `${pairs} pairs of ${pictures} pictures, ${heldOutPairs} held out; ${steps} steps${memory ? memoryText(memory) : ''}.`,
  )
  return spec
}

function memoryText({ totalBytes, device, largestBatch }: MemoryPlan): string {
  const fits = largestBatch ? `; a batch of up to ${largestBatch} fits` : ''
  return `; about ${(totalBytes / 1e9).toFixed(1)} GB of memory on ${device}${fits}`
}

function printRun({ id, checkpoint, evaluation }: RunDetail, output: Output) {
  output.result(`run\t${id}`)
  output.result(`checkpoint\t${checkpoint}`)
  const line = (when: string, retrieval: Retrieval | null | undefined) => {
    if (!retrieval) return
    const { imageToText, textToImage, candidates } = retrieval
    const percent = ({ r1, r5, r10 }: typeof imageToText) =>
      [r1, r5, r10].map((value) => (100 * value).toFixed(1)).join(' / ')
    output.result(
      `${when}\tR@1/5/10 of ${candidates}: picture to text ${percent(imageToText)}, text to picture ${percent(textToImage)}`,
    )
  }
  line('before', evaluation?.retrievalBefore)
  line('after', evaluation?.retrievalAfter)
}
