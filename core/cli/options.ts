import { InvalidArgumentError, type Command } from 'commander'
import { Fault, type Checkpoint, type Decoding, type Query } from '../contract/index.ts'
import type { Output } from './output.ts'
import { followJob } from './follow.ts'
import { openFor, type Client, type Session } from './session.ts'

/** Options that every command on a project has. */
export function onProject(command: Command): Command {
  return command
    .option('-p, --project <folder>', 'project folder; $WINNOW_PROJECT or the sample project if left out')
    .option('--json', 'print the result as one JSON object, as the last line')
}

export function withQuery(command: Command): Command {
  return command.option('-q, --query <text>', 'which pairs, in the query language (docs/query.md); all if left out', '')
}

/** Opens the project and waits until the sample, if it is that, is there. */
export async function enterProject(
  session: Session,
  folder: string | undefined,
  output: Output,
  { create = false } = {},
) {
  const filling = await openFor(session, folder, { create })
  if (filling === null) return
  output.note('Composing the sample project (only the first time).')
  const jobs = (await session.client.jobs.list()).filter(({ state }) => state === 'queued' || state === 'running')
  for (const { id } of jobs.reverse()) await followJob(session.client, id, output)
}

export function queryOf(text: string): Query {
  return { text, sort: { by: 'order', direction: 'ascending' } }
}

/** A checkpoint by hash, by the beginning of its hash, or by name; the newest of that name. */
export async function checkpointOf(client: Client, given: string): Promise<Checkpoint> {
  const all = await client.models.checkpoints()
  const byHash = all.filter(({ hash }) => given.length >= 6 && hash.startsWith(given))
  const found = byHash.length === 1 ? byHash[0] : all.find(({ name }) => name === given)
  if (found) return found
  const names = [...new Set(all.map(({ name }) => name))].join(', ')
  throw new Fault('checkpoint-unknown', 'There is no such checkpoint.', {
    subject: given,
    hint: names ? `There are ${names}.` : 'This project has none yet: train or import one.',
  })
}

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.')
  return value
}

export function share(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must lie between 0 and 1.')
  return value
}

/** "greedy", "beam", "beam:5", "nucleus" or "nucleus:0.8". */
export function decodingOf(text: string, seed: number): Decoding {
  const [kind, value] = text.split(':')
  if (kind === 'greedy') return { kind }
  if (kind === 'beam') return { kind, beams: value ? wholeNumber(value) : 3 }
  if (kind === 'nucleus') return { kind, topP: value ? share(value) : 0.9, seed }
  throw new Fault('usage', `"${text}" is no way of decoding.`, {
    hint: 'Use greedy, beam, beam:5, nucleus or nucleus:0.8.',
  })
}

/** steps=200 becomes { steps: 200 }; true and false become booleans. */
export function change(text: string, before: Record<string, string | number | boolean> = {}) {
  const [name, ...rest] = text.split('=')
  const value = rest.join('=')
  if (!name || rest.length === 0) throw new InvalidArgumentError('Write it as name=value.')
  const parsed =
    value === 'true'
      ? true
      : value === 'false'
        ? false
        : value !== '' && Number.isFinite(Number(value))
          ? Number(value)
          : value
  return { ...before, [name]: parsed }
}
