// Evaluates sentences with feelin: reads one JSON array of {text, values} from standard input, prints one of answers.
// Dates and moments come and go as {date: "…"}, {datetime: "…"} and {duration: "…"}, because JSON has none.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../browser/package.json', import.meta.url));
const { evaluate } = await import(pathToFileURL(require.resolve('feelin')));
const CALLS = { date: 'date', datetime: 'date and time', duration: 'duration' };

function read(value) {
  const [kind] = value && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
  return CALLS[kind] ? evaluate(`${CALLS[kind]}("${value[kind]}")`).value : value;
}

const contexts = new Map();
function context(values) {
  const key = JSON.stringify(values);
  if (!contexts.has(key)) {
    contexts.set(key, Object.fromEntries(Object.entries(values).map(([name, it]) => [name, read(it)])));
  }
  return contexts.get(key);
}

const answers = JSON.parse(readFileSync(0, 'utf8')).map(({ text, values }) => {
  try {
    const { value, warnings } = evaluate(text, context(values));
    const plain = value === null || ['boolean', 'number', 'string'].includes(typeof value) || Array.isArray(value);
    return { value: plain ? value : String(value), warnings: (warnings || []).map((it) => it.type) };
  } catch (error) {
    return { error: String(error).slice(0, 200) };
  }
});
process.stdout.write(JSON.stringify(answers));
