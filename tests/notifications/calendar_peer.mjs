// Reads calendars with ical.js: one JSON array of texts from standard input, prints one of what it saw in each.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../browser/package.json', import.meta.url));
const { default: ICAL } = await import(pathToFileURL(require.resolve('ical.js')));

function moment(time) {
  return time.isDate ? time.toString() : time.toUnixTime();
}

function event(component) {
  const it = new ICAL.Event(component);
  return {
    uid: it.uid, sequence: it.sequence ?? 0, status: component.getFirstPropertyValue('status') ?? '',
    starts: component.hasProperty('dtstart') ? moment(it.startDate) : null, ends: component.hasProperty('dtend') ? moment(it.endDate) : null,
    summary: it.summary ?? '', description: it.description ?? '', place: it.location ?? '', organiser: it.organizer ?? '',
    attendees: it.attendees.map((one) => [one.getFirstValue(), one.getParameter('cn') ?? '']),
  };
}

const answers = JSON.parse(readFileSync(0, 'utf8')).map((text) => {
  try {
    const root = new ICAL.Component(ICAL.parse(text));
    ICAL.TimezoneService.reset();
    for (const zone of root.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
    return { method: root.getFirstPropertyValue('method'), events: root.getAllSubcomponents('vevent').map(event) };
  } catch (error) {
    return { error: String(error) };
  }
});
process.stdout.write(JSON.stringify(answers));
