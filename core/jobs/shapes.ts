import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../contract/index.ts'
import { parameterCount, readShape } from '../model/families.ts'
import type { Shape } from '../model/shape.ts'

const folder = join(import.meta.dirname, '../../resources/models')

/** Names of the shapes that come with the program. */
export function shapeNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -5))
    .sort()
}

/** @throws Fault `shape-unknown` that names the shapes there are */
export function shapeNamed(name: string): Shape {
  if (!shapeNames().includes(name))
    throw new Fault('shape-unknown', `There is no model shape called "${name}".`, {
      subject: name,
      hint: `There are ${shapeNames().join(', ')}.`,
    })
  return readShape(join(folder, `${name}.json`)).shape
}

/** Shapes from the smallest to the largest; those whose vocabulary is not here are left out. */
export function listShapes() {
  const found = shapeNames().flatMap((name) => {
    try {
      const shape = shapeNamed(name)
      return [
        { name, title: name, family: shape.family, parameters: parameterCount(shape), imageSize: shape.image.size },
      ]
    } catch {
      return []
    }
  })
  return found.sort((a, b) => a.parameters - b.parameters)
}
