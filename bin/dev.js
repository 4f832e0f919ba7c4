#!/usr/bin/env node
/**
 * Makes a clone ready to run: dependencies installed as package-lock.json says, sources compiled. Quiet and quick when
 * there is nothing to do. It uses nothing but Node, because it runs before anything is installed.
 */
'use strict';
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
/** Ends of names that the compiler gives to what it makes of a source. */
const COMPILED = /\.(js(\.map)?|d\.ts)$/;
const stamp = join(root, 'dist', '.built');

requireNode();
if (!isInstalled()) run('installing dependencies', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
build();

function requireNode() {
  const [major, minor] = readJson('package.json').engines.node.match(/\d+/g).map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(`pgferry needs Node.js ${major}.${minor} or newer, this is ${process.versions.node}`);
}

/** npm notes in node_modules what it installed: every package must be the one of package-lock.json. */
function isInstalled() {
  let installed;
  try {
    installed = readJson(join('node_modules', '.package-lock.json')).packages;
  } catch {
    return false;
  }
  const wanted = readJson('package-lock.json').packages;
  delete wanted[''];
  const same = ([path, { integrity, optional }]) =>
    installed[path] === undefined ? optional === true : installed[path].integrity === integrity;
  return Object.entries(wanted).every(same) && Object.keys(installed).every((path) => path in wanted);
}

function build() {
  const sources = hashSources();
  const built = readText(stamp);
  if (built === sources) return;
  // The compiler's notes say what it wrote once, not what is there.
  if (built === undefined) rmSync(join(root, 'dist', '.tsbuildinfo'), { force: true });
  run('building', process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
  removeOrphans();
  run('bundling workflows', process.execPath, [join('dist', 'worker', 'bundle-workflows.js')]);
  writeFileSync(stamp, sources);
}

/** Removes compiled files whose source is gone, and the bundle, which is made anew. */
function removeOrphans() {
  const compiled = readdirSync(join(root, 'dist'), { recursive: true }).filter((name) => COMPILED.test(name));
  for (const name of compiled) {
    if (!existsSync(join(root, 'src', name.replace(COMPILED, '.ts')))) rmSync(join(root, 'dist', name));
  }
}

function hashSources() {
  const hash = createHash('sha256');
  const found = readdirSync(join(root, 'src'), { recursive: true }).map((name) => join('src', name));
  for (const name of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...found.sort()]) {
    const file = statSync(join(root, name));
    if (file.isFile()) hash.update(`${name} ${file.size} ${file.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function run(purpose, command, args) {
  process.stderr.write(`pgferry: ${purpose} …\n`);
  try {
    // Standard output belongs to the command that comes after this one.
    execFileSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  } catch {
    fail(`${purpose} failed`);
  }
}

function readJson(name) {
  return JSON.parse(readFileSync(join(root, name), 'utf8'));
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function fail(message) {
  process.stderr.write(`pgferry: ${message}\n`);
  process.exit(1);
}
