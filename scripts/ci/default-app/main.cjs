/**
 * Stands in for the default app that a packaged Electron lacks: runs the app of the folder given on the command line,
 * or the winnow.asar beside it. (Electron looks for app.asar before this folder, so the tests rename it.) Only tests use this Electron; see electron22.mjs.
 */
const { app } = require('electron')
const { existsSync, readFileSync } = require('node:fs')
const { join, resolve } = require('node:path')
require('./protocolHandle.cjs')

const packed = join(process.resourcesPath, 'winnow.asar')
const given = process.argv.slice(1).find((argument) => !argument.startsWith('-'))
const folder = existsSync(packed) ? packed : resolve(given ?? '.')
const { main, name, productName } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
app.setAppPath(folder)
app.setName(productName ?? name)
require(join(folder, main))
