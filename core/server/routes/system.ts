import { readFileSync } from 'node:fs'
import { doctor } from '../doctor.ts'
import { programFolder } from '../places.ts'
import type { Routes } from './routes.ts'

export function systemRoutes({ api, desk }: Routes) {
  return {
    doctor: api.system.doctor.handler(() => doctor(desk.current()?.project.folder ?? null)),
    version: api.system.version.handler(() => ({ winnow: programVersion(), node: process.version })),
  }
}

export function programVersion(): string {
  return JSON.parse(readFileSync(programFolder('package.json'), 'utf8')).version
}
