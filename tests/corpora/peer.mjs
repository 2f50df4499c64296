// Walks in bpmn-engine what was walked in ours. In: a line of JSON per definition with its source and walks.
// Out: a line of JSON per definition: for every walk and deed what was done and which human tasks are open.
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../browser/package.json', import.meta.url));
const { Engine } = require('bpmn-engine');
const TOLD = new Set(['bpmn:UserTask', 'bpmn:ManualTask', 'bpmn:ReceiveTask', 'bpmn:Task', 'bpmn:EndEvent']);
const HUMAN = new Set(['bpmn:UserTask', 'bpmn:ManualTask']);
const LONGEST = 2000; // ms for one walk

class HeldTimers {
  executing = [];
  setTimeout(callback, delay, ...args) { return this.keep(null, callback, args); }
  clearTimeout(kept) { this.executing = this.executing.filter((it) => it !== kept); }
  register(owner) {
    return {
      setTimeout: (callback, delay, ...args) => this.keep(owner, callback, args),
      clearTimeout: (kept) => this.clearTimeout(kept),
    };
  }
  keep(owner, callback, args) {
    const kept = { owner, callback, args };
    this.executing.push(kept);
    return kept;
  }
  fire(element) {
    const kept = this.executing.find((it) => it.owner && [it.owner.id, it.owner.parent?.id].includes(element));
    if (!kept) throw new Error(`no timer at ${element}`);
    this.clearTimeout(kept);
    kept.callback(...kept.args);
  }
}

const rest = () => new Promise((resolve) => { setImmediate(resolve); });

function flat(apis, seen = new Map()) {
  for (const it of apis) {
    const key = `${it.id} ${it.executionId}`;
    if (!seen.has(key)) {
      seen.set(key, it);
      flat(it.getPostponed(), seen); // a subprocess is among its own
    }
  }
  return [...seen.values()];
}

async function walk(source, messages, deeds) {
  const told = [];
  let choices = {}, done = [];
  const listener = new EventEmitter();
  listener.on('activity.end', (api) => { if (TOLD.has(api.type)) done.push(api.id); });
  const timers = new HeldTimers();
  const expressions = {
    resolveExpression: (text) => (typeof text === 'string' && text.startsWith('${') ? choices[text.slice(2, -1)] === true : text),
    isExpression: (text) => typeof text === 'string' && text.startsWith('${'),
    hasExpression: (text) => typeof text === 'string' && text.includes('${'),
  };
  const engine = new Engine({ name: 'walk', source, timers, expressions });
  let failed = null;
  engine.on('error', (error) => { failed = error; });
  let execution;
  const began = Date.now();
  try {
    for (const deed of deeds) {
      if (Date.now() - began > LONGEST) throw new Error('took too long');
      choices = deed.choices;
      done = [];
      if (deed.kind === 'start') {
        execution = await engine.execute({ listener });
      } else if (deed.kind === 'human') {
        const task = flat(execution.getPostponed()).find((it) => it.id === deed.element && HUMAN.has(it.type));
        if (!task) throw new Error(`no task at ${deed.element}`);
        task.signal();
      } else if (deed.kind === 'timer') {
        timers.fire(deed.element);
      } else {
        execution.signal({ id: messages[deed.element] });
      }
      for (let turn = 0; turn < 4; turn++) await rest();
      if (failed) throw failed;
      const open = flat(execution.getPostponed()).filter((it) => HUMAN.has(it.type)).map((it) => it.id);
      told.push({ done: done.sort(), open: [...new Set(open)].sort(), over: execution.state !== 'running' });
    }
  } catch (error) {
    told.push({ error: String(error.message ?? error).slice(0, 200) });
  }
  try { engine.stop(); } catch { /* it has stopped already */ }
  return told;
}

process.on('uncaughtException', () => {});
for await (const line of createInterface({ input: process.stdin })) {
  const { name, source, messages, walks } = JSON.parse(line);
  const told = [];
  for (const deeds of walks) told.push(await walk(source, messages, deeds));
  process.stdout.write(`${JSON.stringify({ name, walks: told })}\n`);
}
process.exit(0);
