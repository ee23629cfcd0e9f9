/** The checks that no tool knows. Exits 1 with one line for each fault. */
import { root } from '../setup/places.mjs'
import { findRoomFaults } from './rooms.mjs'
import { findForbiddenStrings } from './strings.mjs'

const faults = [...findRoomFaults(root), ...findForbiddenStrings(root)]
faults.forEach((fault) => console.error(fault))
process.exitCode = faults.length > 0 ? 1 : 0
