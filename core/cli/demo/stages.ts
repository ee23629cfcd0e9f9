import type { Output } from '../output.ts'

export interface Stage {
  name: string
  seconds: number
}

export interface Stages {
  /** Runs one part of the demo and keeps how long it took. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>
  readonly list: Stage[]
}

export function createStages(output: Output): Stages {
  const list: Stage[] = []
  return {
    list,
    async run(name, work) {
      output.note(`— ${name}`)
      const start = performance.now()
      const result = await work()
      list.push({ name, seconds: round((performance.now() - start) / 1000) })
      output.settle()
      return result
    },
  }
}

export const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits
