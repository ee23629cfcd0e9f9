/**
 * `npm run gpu-check [-- --json] [--quick] [--card h100,…] [--size tiny,…] [--kind train,…] [--precision bf16,…]`
 * Compiles the real steps with the real CUDA plugin for cards that need not be there, and tells memory and kernels of each.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { install } from '../core/tensor/provision/install.ts'
import { compilerOf } from '../core/tensor/provision/packages/cuda.ts'
import { cuda12 } from '../core/tensor/provision/packages/cuda12.ts'
import { cuda13 } from '../core/tensor/provision/packages/cuda13.ts'
import type { Precision } from '../core/tensor/index.ts'
import { cardNames } from './gpu-check/cards.ts'
import type { Order, Row } from './gpu-check/compile.ts'
import { kinds, sizes, type Kind, type Size } from './gpu-check/steps.ts'
import { printTable } from './gpu-check/table.ts'

const precisions = { fp32: 'float32', bf16: 'bfloat16' } as const

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    card: { type: 'string' },
    size: { type: 'string' },
    kind: { type: 'string' },
    precision: { type: 'string' },
    recipe: { type: 'string', default: 'finetune' },
    batch: { type: 'string' },
    cuda: { type: 'string', default: '12' },
  },
})

const set = compilerOf(options.cuda === '13' ? cuda13 : cuda12)
const folder = await install(set)
const rows: Row[] = []
for (const order of orders()) rows.push(...(await compile(order)))
printTable(rows, options.json ? process.stderr : process.stdout)
if (options.json)
  console.log(JSON.stringify({ check: 'gpu', plugin: set.wheels[0]!.name, version: set.wheels[0]!.version, rows }))
if (rows.some(({ fault }) => fault !== null)) process.exitCode = 1

function orders(): Order[] {
  const work = pick(options.size, options.quick ? ['tiny'] : sizes).flatMap((size) =>
    pick(options.kind, kinds).map((kind): [Size, Kind] => [size as Size, kind as Kind]),
  )
  const cards = pick(options.card, options.quick ? ['h100'] : cardNames)
  const chosen = pick(options.precision, options.quick ? ['bf16'] : Object.keys(precisions))
  const batchSize = options.batch === undefined ? {} : { batchSize: Number(options.batch) }
  return cards.flatMap((card) =>
    chosen.map((name) => {
      const precision: Precision = precisions[name as keyof typeof precisions]
      return { card, precision, work, recipe: options.recipe, ...batchSize }
    }),
  )
}

function pick(given: string | undefined, all: readonly string[]): readonly string[] {
  return given === undefined ? all : given.split(',')
}

/** Runs one card's compilations apart: a compiler that aborts loses only its own rows. */
function compile(order: Order): Promise<Row[]> {
  const program = join(import.meta.dirname, 'gpu-check', 'compile.ts')
  const plugin = join(folder, set.plugin)
  const environment = Object.fromEntries(
    Object.entries(set.environment).map(([name, value]) => [name, value.replaceAll('{folder}', folder)]),
  )
  const found: Row[] = []
  return new Promise((resolve) => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...environment }
    const child = spawn(process.execPath, [program, plugin, JSON.stringify(order)], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let tail = ''
    child.stderr.on('data', (text) => (tail = (tail + text).slice(-4000)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return
      const row = JSON.parse(line) as Row
      found.push(row)
      console.error(
        `${row.card} ${row.precision} ${row.size} ${row.program}: ${row.fault ?? `${row.seconds.toFixed(1)} s`}`,
      )
    })
    child.on('close', (code, signal) => {
      if (code !== 0) found.push(died(order, `the compiler ended with ${signal ?? code}: ${lastLine(tail)}`))
      resolve(found)
    })
  })
}

function died({ card, precision, work }: Order, fault: string): Row {
  const [size, kind] = work[0]!
  console.error(`${card} ${precision}: ${fault}`)
  return {
    card,
    precision,
    size,
    kind,
    program: 'all',
    seconds: 0,
    peak: 0,
    temporary: 0,
    arguments: 0,
    kernels: null,
    fault,
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
}
