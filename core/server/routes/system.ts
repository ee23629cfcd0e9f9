import { readFileSync } from 'node:fs'
import { gpuStatus } from '../../tensor/provision/gpu/status.ts'
import { doctor } from '../doctor.ts'
import { gpuReportOf, installedGpu } from '../gpu.ts'
import { programFolder } from '../places.ts'
import type { Routes } from './routes.ts'

export function systemRoutes({ api, desk }: Routes) {
  return {
    doctor: api.system.doctor.handler(() => doctor(desk.current()?.project.folder ?? null)),
    gpu: api.system.gpu.handler(async () => gpuReportOf(await gpuStatus())),
    installGpu: api.system.installGpu.handler(() => installedGpu()),
    version: api.system.version.handler(() => ({ winnow: programVersion(), node: process.version })),
  }
}

export function programVersion(): string {
  return JSON.parse(readFileSync(programFolder('package.json'), 'utf8')).version
}
