import { Fault } from '../../contract/fault.ts'
import { typeOf, type Builder, type Instruction, type Value } from './builder.ts'

export interface ModuleOptions {
  results: readonly Value[]
  /** Parameters (by index) whose memory a result (by index) takes over. */
  aliases?: ReadonlyMap<number, number>
  name?: string
}

/** The program as StableHLO text: what the results need, and all parameters. Its entry is `main`. */
export function moduleText(builder: Builder, { results, aliases = new Map(), name = 'step' }: ModuleOptions): string {
  const live = liveInstructions(results)
  const lines = builder.instructions.filter((instruction) => live.has(instruction)).map(lineOf)
  const types = results.map(typeOf).join(', ')
  const names = results.map((result) => result.name).join(', ')
  const last = results.length ? `return ${names} : ${types}` : 'return'
  return [
    `module @${name.replace(/\W+/g, '_')} {`,
    `func.func public @main(${signature(builder, results, aliases)}) -> (${types}) {`,
    ...lines,
    last,
    '}',
    '}\n',
  ].join('\n')
}

function signature(builder: Builder, results: readonly Value[], aliases: ReadonlyMap<number, number>): string {
  return builder.parameters
    .map((parameter, index) => {
      const result = aliases.get(index)
      if (result === undefined) return `${parameter.name}: ${typeOf(parameter)}`
      checkAlias(parameter, results[result], index)
      return `${parameter.name}: ${typeOf(parameter)} {tf.aliasing_output = ${result} : i32}`
    })
    .join(', ')
}

function checkAlias(parameter: Value, result: Value | undefined, index: number) {
  if (result && typeOf(parameter) === typeOf(result)) return
  throw new Fault('tensor-shape', `Parameter ${index} can't give its memory to a result of another shape or type.`)
}

function lineOf({ name, results, body }: Instruction): string {
  return `${results > 1 ? `${name}:${results}` : name} = ${typeof body === 'string' ? body : body()}`
}

function liveInstructions(results: readonly Value[]): Set<Instruction> {
  const live = new Set<Instruction>()
  const pending = [...results]
  for (let value = pending.pop(); value; value = pending.pop()) {
    if (!value.instruction || live.has(value.instruction)) continue
    live.add(value.instruction)
    pending.push(...value.instruction.operands)
  }
  return live
}
