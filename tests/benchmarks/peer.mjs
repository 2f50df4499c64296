// The same work in bpmn-engine: each step recovers the saved state, answers one user task, saves again.
// Arguments: a BPMN file, a database file to make, seconds. Prints per CPU-second, as JSON: completions recovered
// for each step (cold) and with the instance kept alive (live), and starts.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const require = createRequire(new URL('../browser/package.json', import.meta.url));
const { Engine } = require('bpmn-engine');
const [file, database, seconds] = process.argv.slice(2);
const source = readFileSync(file, 'utf8');
const db = new DatabaseSync(database);
db.exec('pragma journal_mode=wal; pragma synchronous=full; create table kept (id integer primary key, body text)');
const insert = db.prepare('insert into kept (body) values (?)');
const select = db.prepare('select body from kept where id = ?');
const update = db.prepare('update kept set body = ? where id = ?');

const variables = { yes: true };

async function start() {
  const engine = new Engine({ name: 'work', source, variables });
  await engine.execute();
  const id = insert.run(JSON.stringify(await engine.getState())).lastInsertRowid;
  engine.stop();
  return id;
}

async function completeOne(id) {
  const engine = new Engine({ name: 'work' }).recover(JSON.parse(select.get(id).body));
  const running = await engine.resume();
  const waiting = running.getPostponed().find((it) => it.type === 'bpmn:UserTask');
  waiting.signal({ ok: true });
  const body = JSON.stringify(await engine.getState());
  engine.stop();
  db.exec('begin immediate');
  update.run(body, id);
  db.exec('commit');
}

const cpu = () => { const it = process.cpuUsage(); return (it.user + it.system) / 1e6; };
async function cold() {
  const id = await start();
  const before = cpu();
  for (let step = 0; step < 4; step++) await completeOne(id);
  return [4, cpu() - before];
}
async function starts() {
  const before = cpu();
  for (let step = 0; step < 4; step++) await start();
  return [4, cpu() - before];
}
async function live() {
  const engine = new Engine({ name: 'work', source, variables });
  const running = await engine.execute();
  const id = insert.run(JSON.stringify(await engine.getState())).lastInsertRowid;
  const before = cpu();
  for (let step = 0; step < 4; step++) {
    running.getPostponed().find((it) => it.type === 'bpmn:UserTask').signal({ ok: true });
    const body = JSON.stringify(await engine.getState());
    db.exec('begin immediate'); update.run(body, id); db.exec('commit');
  }
  const spent = cpu() - before;
  engine.stop();
  return [4, spent];
}
async function rate(work) {
  for (const until = Date.now() + 700; Date.now() < until;) await work(); // let the compiler warm up
  let count = 0, spent = 0;
  for (const until = Date.now() + Number(seconds) * 1000; Date.now() < until;) {
    const [done, took] = await work();
    count += done; spent += took;
  }
  return count / spent;
}
console.log(JSON.stringify({ cold: await rate(cold), live: await rate(live), starts: await rate(starts) }));
process.exit(0);
