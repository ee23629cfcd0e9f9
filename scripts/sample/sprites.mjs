// Builds resources/sample/sprites/*.webp: one sheet of drawings per vendor, in the order of the nouns in sample.json.
// Run by hand when nouns or vendors change: `node scripts/sample/sprites.mjs [folder with the packages installed]`.
// The sheets are committed, so neither the application nor its tests need the packages.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

const PACKAGES = [
  'emoji-datasource-google@16.0.0',
  'emoji-datasource-twitter@16.0.0',
  '@lobehub/fluent-emoji-3d@1.1.0',
  '@iconify-json/noto-v1@1.2.5',
  '@iconify-json/emojione@1.2.3',
]

/** Code point in the file names of the picture packages, and the icon names of the two drawing packages. */
const NAMES = {
  dog: ['1f436', 'dog-face'],
  cat: ['1f431', 'cat-face'],
  fox: ['1f98a', 'fox'],
  pig: ['1f437', 'pig-face'],
  frog: ['1f438', 'frog', 'frog-face'],
  panda: ['1f43c', 'panda', 'panda-face'],
  penguin: ['1f427', 'penguin'],
  butterfly: ['1f98b', 'butterfly'],
  octopus: ['1f419', 'octopus'],
  crab: ['1f980', 'crab'],
  elephant: ['1f418', 'elephant'],
  lion: ['1f981', 'lion', 'lion-face'],
  rose: ['1f339', 'rose'],
  sunflower: ['1f33b', 'sunflower'],
  cactus: ['1f335', 'cactus'],
  mushroom: ['1f344', 'mushroom'],
  watermelon: ['1f349', 'watermelon'],
  banana: ['1f34c', 'banana'],
  strawberry: ['1f353', 'strawberry'],
  tomato: ['1f345', 'tomato'],
  carrot: ['1f955', 'carrot'],
  apple: ['1f34e', 'red-apple'],
  pizza: ['1f355', 'pizza'],
  burger: ['1f354', 'hamburger'],
}

const resources = new URL('../../resources/sample/', import.meta.url)
const sample = JSON.parse(readFileSync(new URL('sample.json', resources), 'utf8'))

const given = process.argv[2]
const folder = given ?? mkdtempSync(join(tmpdir(), 'winnow-sprites-'))
if (!given) install(folder)
await buildSheets(join(folder, 'node_modules'))
if (!given) rmSync(folder, { recursive: true, force: true })

function install(where) {
  writeFileSync(join(where, 'package.json'), '{ "private": true }')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  execFileSync(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...PACKAGES], {
    cwd: where,
    stdio: 'inherit',
  })
}

async function buildSheets(modules) {
  const sources = {
    noto: picture(join(modules, 'emoji-datasource-google/img/google/64'), 'png'),
    twemoji: picture(join(modules, 'emoji-datasource-twitter/img/twitter/64'), 'png'),
    fluent3d: picture(join(modules, '@lobehub/fluent-emoji-3d/assets'), 'webp'),
    'noto-v1': drawing(join(modules, '@iconify-json/noto-v1/icons.json')),
    emojione: drawing(join(modules, '@iconify-json/emojione/icons.json')),
  }
  mkdirSync(new URL('sprites/', resources), { recursive: true })
  for (const [vendor, source] of Object.entries(sources)) {
    const cells = await Promise.all(sample.nouns.map(({ one }) => cell(source(one))))
    const file = new URL(`sprites/${vendor}.webp`, resources)
    const bytes = await sheet(cells)
    writeFileSync(file, bytes)
    console.log(`${vendor}: ${cells.length} drawings, ${bytes.length} bytes`)
  }
}

function picture(where, extension) {
  return (noun) => readFileSync(join(where, `${NAMES[noun][0]}.${extension}`))
}

function drawing(file) {
  const set = JSON.parse(readFileSync(file, 'utf8'))
  return (noun) => {
    const name = NAMES[noun].slice(1).find((candidate) => set.icons[candidate])
    if (!name) throw new Error(`${file} has no drawing of a ${noun}`)
    const { body, width = set.width ?? set.height, height = set.height } = set.icons[name]
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${width} ${height}" width="256" height="256">${body}</svg>`
    return Buffer.from(svg)
  }
}

/** Crops the empty margin, so that "big" and "small" mean the same for every vendor, and fits the rest into one cell. */
async function cell(bytes) {
  const trimmed = await sharp(bytes)
    .ensureAlpha()
    .trim({ background: { r: 0, g: 0, b: 0, alpha: 0 }, threshold: 1 })
    .toBuffer()
  const side = sample.sheet.cell - 2
  const background = { r: 0, g: 0, b: 0, alpha: 0 }
  return sharp(trimmed)
    .resize(side, side, { fit: 'contain', background })
    .extend({ top: 1, bottom: 1, left: 1, right: 1, background })
    .png()
    .toBuffer()
}

async function sheet(cells) {
  const { cell: side, columns } = sample.sheet
  const place = (input, index) => ({ input, left: (index % columns) * side, top: Math.floor(index / columns) * side })
  const height = Math.ceil(cells.length / columns) * side
  return sharp({ create: { width: columns * side, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .composite(cells.map(place))
    .webp({ quality: 88, alphaQuality: 95, effort: 6 })
    .toBuffer()
}
