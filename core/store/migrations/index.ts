import { Fault } from '../../contract/index.ts'
import { transaction, type Db } from '../database.ts'
import first from './001-first.ts'
import profiles from './002-profiles.ts'
import families from './003-families.ts'

/** In order; the position gives the schema's version. Append only: projects in the field have run the earlier ones. */
const migrations = [first, profiles, families]

/** Brings a project file to the newest schema, one transaction a step. */
export function migrate(db: Db, subject: string): void {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > migrations.length) {
    throw new Fault('project-newer', 'This project was made by a newer Winnow.', {
      subject,
      hint: 'Update Winnow to open it.',
    })
  }
  for (let step = version; step < migrations.length; step++) {
    transaction(db, () => {
      db.exec(migrations[step]!)
      db.pragma(`user_version = ${step + 1}`)
    })
  }
}
