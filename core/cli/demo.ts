import type { Command } from 'commander'
import type { Output } from './output.ts'
export function addDemo(_program: Command, _output: Output) {}
