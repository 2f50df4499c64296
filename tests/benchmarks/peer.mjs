// The same work in bpmn-engine: each step recovers the saved state, answers one user task, saves again.
// Arguments: a BPMN file, a database file to make, seconds. Prints completions per CPU-second as JSON.
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

async function start() {
  const engine = new Engine({ name: 'work', source });
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
async function round() {
  const id = await start();
  const before = cpu();
  for (let step = 0; step < 4; step++) await completeOne(id);
  return cpu() - before;
}

for (const until = Date.now() + 1500; Date.now() < until;) await round(); // let the compiler warm up
let count = 0, spent = 0;
for (const until = Date.now() + Number(seconds) * 1000; Date.now() < until;) { spent += await round(); count += 4; }
console.log(JSON.stringify({ per_cpu_second: count / spent }));
process.exit(0);
