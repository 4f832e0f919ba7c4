/**
 * Runs servers for its parent, and outlives it by just as long as it takes to stop them and to remove what is
 * temporary.
 *
 * It is a process of its own, in a session of its own, because only another process can act after SIGKILL of the
 * parent, and because Ctrl-C must not reach the servers before the parent stops them in order. It is plain JavaScript
 * so that it runs the same from a checkout, from tests and from the built package.
 *
 * Started by `fork` with one argument: a JSON list of the folders to remove in the end. It says `{ ready: true }`. The
 * message `{ run: command }` starts a program (see `ServerCommand` in src/stack/supervisor.ts), one at a time, and is
 * answered by `{ pid }` or `{ error }`, later by `{ exit: { code, signal } }`; `{ stop: true }` stops it. The end of
 * the connection stops it too.
 */
'use strict';
const { spawn } = require('node:child_process');
const { closeSync, openSync, renameSync, rmSync } = require('node:fs');
const { setTimeout } = require('node:timers');

const temporary = JSON.parse(process.argv[2]);
/** The program that runs: `{ command, child, stopping }`. */
let running;

process.on('message', ({ run, stop: wanted }) => {
  if (run) start(run);
  if (wanted) stop();
});
process.once('disconnect', () => {
  stop();
  leaveIfDone();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
report({ ready: true });

function start(command) {
  let log;
  try {
    log = openSync(command.logFile, 'w', 0o600);
  } catch (error) {
    end({ error: error.message });
    return;
  }
  const child = spawn(command.file, command.args, {
    cwd: command.directory,
    env: { ...process.env, ...command.env },
    uid: command.uid,
    gid: command.gid,
    // A server that stops when its standard input closes does so even if this process is killed.
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  running = { command, child, stopping: false };
  child.stdin.on('error', () => {});
  child.once('spawn', () => report({ pid: child.pid }));
  child.once('error', (error) => end({ error: error.message }));
  child.once('exit', (code, signal) => {
    if (running?.stopping && signal !== 'SIGKILL') keepResults(command);
    end({ exit: { code, signal } });
  });
}

function end(message) {
  running = undefined;
  report(message);
  leaveIfDone();
}

/** Asks once, then with more and more force. */
function stop() {
  if (running === undefined || running.stopping) return;
  const { child, command } = running;
  running.stopping = true;
  child.kill(command.stopSignal);
  setTimeout(() => child.kill('SIGQUIT'), command.patienceMs).unref();
  setTimeout(() => child.kill('SIGKILL'), command.patienceMs + 5_000).unref();
}

function keepResults({ keepOnStop }) {
  for (const [from, to] of Object.entries(keepOnStop)) {
    try {
      renameSync(from, to);
    } catch {
      // Nothing was written, or it can't be kept: the next run writes it again.
    }
  }
}

function report(message) {
  if (process.connected) process.send(message, () => {});
}

function leaveIfDone() {
  if (running !== undefined || process.connected) return;
  for (const path of temporary) rmSync(path, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  process.exit();
}
