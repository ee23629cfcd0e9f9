import { Fault } from '../../../contract/fault.ts'
import {
  constant,
  lowerOperation,
  lowerUpdate,
  moduleText,
  newBuilder,
  parameter,
  type Value as Lowered,
} from '../../stablehlo/index.ts'
import type { Cell, Precision, Program, Recorded, Recorder } from '../runtime.ts'
import type { PjrtDevice } from './device.ts'
import { newProgram, type Source } from './program.ts'
import type { BufferCell, Value, Values } from './values.ts'

/** A cell inside the program. */
interface CellNode {
  cell: BufferCell
  parameter: number
  value: Lowered
  changed: boolean
}

const lowered = (value: Recorded): Lowered => value as Lowered

/** Records StableHLO: values are pure, so state is the value that a cell has at each point. */
export function newRecorder(device: PjrtDevice, values: Values, precision: Precision): Recorder {
  const builder = newBuilder({ bf16: precision === 'bfloat16' })
  const sources: Source[] = []
  const cells = new Map<Cell, CellNode>()
  let inputs = 0
  let nodes = 0
  let finished = false

  function addParameter(source: Source, { shape, type }: Recorded): Lowered {
    sources.push(source)
    return parameter(builder, shape, type)
  }

  function nodeOf(cell: Cell): CellNode {
    let node = cells.get(cell)
    if (!node) {
      const source: Source = { kind: 'cell', cell: cell as BufferCell }
      node = { cell: source.cell, parameter: sources.length, value: addParameter(source, cell), changed: false }
      cells.set(cell, node)
    }
    return node
  }

  function set(node: CellNode, value: Lowered) {
    checkFits(node, value)
    Object.assign(node, { value, changed: true })
  }

  function finish(name: string, outputs: readonly Recorded[]): Program {
    const changed = [...cells.values()].filter((node) => node.changed)
    const results = [...outputs.map(lowered), ...changed.map(({ value }) => value)]
    const aliases = new Map(changed.map((node, index) => [node.parameter, outputs.length + index]))
    const text = moduleText(builder, { results, aliases, name })
    const module = { name, text, parameters: sources.length, outputs: results.length }
    const parts = {
      sources,
      outputs: outputs.map(({ shape, type }) => ({ shape: [...shape], type })),
      changed: changed.map(({ cell }) => cell),
    }
    return newProgram(device, values, module, parts)
  }

  return {
    get nodes() {
      return nodes
    },
    input: (shape, type) => addParameter({ kind: 'input', index: inputs++, shape: [...shape], type }, { shape, type }),
    hold(value) {
      const { host, shape, type } = value as Value
      if (!host) return addParameter({ kind: 'held', value: value as Value }, value)
      values.free(value)
      return constant(builder, shape, type, host)
    },
    constant: (shape, type, host) => (nodes++, constant(builder, shape, type, host)),
    operation({ name, attributes, inputs: operands, outputs }) {
      nodes++
      return lowerOperation(builder, name, attributes, operands.map(lowered), outputs)
    },
    read: (cell) => nodeOf(cell).value,
    assign: (cell, value) => set(nodeOf(cell), lowered(value)),
    change(changedCells, { name, attributes, inputs: operands }) {
      nodes++
      const targets = changedCells.map(nodeOf)
      const before = targets.map(({ value }) => value)
      const after = lowerUpdate(builder, name, attributes, before, operands.map(lowered))
      targets.forEach((node, index) => set(node, after[index]!))
    },
    finish({ name, outputs }) {
      const program = finish(name, outputs)
      finished = true
      return program
    },
    discard() {
      if (!finished) sources.forEach((source) => source.kind === 'held' && values.free(source.value))
    },
  }
}

function checkFits({ cell }: CellNode, value: Lowered) {
  if (cell.type === value.type && `${cell.shape}` === `${value.shape}`) return
  const [given, expected] = [value.shape, cell.shape].map((shape) => `[${shape.join(', ')}]`)
  throw new Fault('tensor-shape', `A variable of shape ${expected} can't be given a value of shape ${given}.`)
}
