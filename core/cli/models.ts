import type { Command } from 'commander'
import type { Output } from './output.ts'
export function addModelCommands(_program: Command, _output: Output) {}
