"""A real Thunderbird: without a screen, with one IMAP account and one calendar, driven as a person drives it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.real import debian
from tests.real.marionette import Marionette

PREFERENCES: dict[str, object] = {
    "app.update.enabled": False,
    "app.donation.eoy.version.viewed": 999,
    "browser.shell.checkDefaultClient": False,
    "calendar.timezone.local": "Europe/Tallinn",
    "calendar.timezone.useSystemTimezone": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "mail.biff.show_alert": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.winsearch.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}
TOOLS = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const until = async (what, ask, ms = 30000) => {
  const end = Date.now() + ms;
  for (;;) {
    let said = null;
    try { said = await ask(); } catch (error) { said = null; }
    if (said) return said;
    if (Date.now() > end) throw new Error(`waited for ${what}`);
    await new Promise(done => setTimeout(done, 50));
  }
};
"""
ACCOUNT = """
const [address, imap, smtp, password] = arguments;
const server = MailServices.accounts.createIncomingServer(address.split("@")[0], "127.0.0.1", "imap");
server.port = imap; server.socketType = 0; server.authMethod = 3; server.password = password; server.valid = true;
server.loginAtStartUp = false; server.doBiff = false;
const out = MailServices.outgoingServer.createServer("smtp");
out.QueryInterface(Ci.nsISmtpServer);
out.hostname = "127.0.0.1"; out.port = smtp; out.socketType = 0; out.authMethod = 1;
MailServices.outgoingServer.defaultServer = out;
const identity = MailServices.accounts.createIdentity();
identity.email = address; identity.fullName = "Mart Mets"; identity.smtpServerKey = out.key; identity.doFcc = false;
identity.valid = true;
const account = MailServices.accounts.createAccount();
account.addIdentity(identity); account.incomingServer = server;
MailServices.accounts.defaultAccount = account;
const calendar = cal.manager.createCalendar("storage", Services.io.newURI("moz-storage-calendar://"));
calendar.name = "Minu"; cal.manager.registerCalendar(calendar);
calendar.setProperty("imip.identity.key", identity.key);
calendar.setProperty("calendar-main-default", true);
return { key: server.key, organizer: calendar.getProperty("organizerId") };
"""
OPEN = """
const [key, seen] = arguments;
const { MailUtils } = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
const server = MailServices.accounts.getIncomingServer(key);
const inbox = await until("the inbox", () => {
  const found = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
  if (!found) server.performExpand(null);
  return found;
});
const header = await until("a new mail", async () => {
  const [found] = [...inbox.messages].filter(one => !seen.includes(one.messageKey)).sort((a, b) => a.messageKey - b.messageKey);
  if (!found) { inbox.updateFolder(null); await new Promise(done => setTimeout(done, 300)); }
  return found;
});
MailUtils.openMessageInNewWindow(header);
const pane = await until("the message", () => {
  const found = Services.wm.getMostRecentWindow("mail:messageWindow").document.getElementById("messageBrowser");
  return found.contentWindow.gMessage?.messageKey === header.messageKey ? found.contentWindow : null;
});
await until("the bar of the invitation", () => !pane.document.getElementById("imip-bar").collapsed);
const buttons = await until("its buttons", () => {
  const shown = [...pane.document.querySelectorAll("[id^=imip][id$=Button]")].filter(it => !it.hidden).map(it => it.id);
  return shown.length > 1 || shown.some(it => it !== "imipMoreButton") ? shown : null;
});
return { number: header.messageKey, subject: header.mime2DecodedSubject, buttons };
"""
PRESS = """
const [id] = arguments;
const pane = Services.wm.getMostRecentWindow("mail:messageWindow").document.getElementById("messageBrowser").contentWindow;
const button = pane.document.getElementById(id);
if (!button || button.hidden) throw new Error(`${id} is not shown`);
button.doCommand();
await until("the button to go", () => button.hidden);
"""
CLOSE = """
for (const one of Services.wm.getEnumerator("mail:messageWindow")) one.close();
await until("the windows to close", () => !Services.wm.getMostRecentWindow("mail:messageWindow"));
"""
READ = """
const [key, seen] = arguments;
const { MailUtils } = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
const server = MailServices.accounts.getIncomingServer(key);
const inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
const header = await until("a new mail", async () => {
  const [found] = [...inbox.messages].filter(one => !seen.includes(one.messageKey)).sort((a, b) => a.messageKey - b.messageKey);
  if (!found) { inbox.updateFolder(null); await new Promise(done => setTimeout(done, 300)); }
  return found;
});
MailUtils.openMessageInNewWindow(header);
const pane = await until("the message", () => {
  const found = Services.wm.getMostRecentWindow("mail:messageWindow").document.getElementById("messageBrowser");
  return found.contentWindow.gMessage?.messageKey === header.messageKey ? found.contentWindow : null;
});
const bar = await until("the bar of the invitation", () => {
  const found = pane.document.getElementById("imip-bar");
  return found.collapsed ? null : found;
});
await new Promise(done => setTimeout(done, 1500));
const said = bar.shadowRoot?.querySelector(".notification-message")?.textContent || bar.querySelector?.("label")?.textContent
  || bar.getAttribute("label") || bar.label || "";
const shown = [...pane.document.querySelectorAll("[id^=imip][id$=Button]")].filter(it => !it.hidden).map(it => it.id);
return { number: header.messageKey, subject: header.mime2DecodedSubject, buttons: shown, said };
"""
SUBSCRIBE = """
const [address] = arguments;
const calendar = cal.manager.createCalendar("ics", Services.io.newURI(address));
calendar.name = "Kaasa"; calendar.readOnly = true; cal.manager.registerCalendar(calendar);
const every = Ci.calICalendar.ITEM_FILTER_ALL_ITEMS;
const items = await until("the feed", async () => {
  const found = await calendar.getItemsAsArray(every, 0, null, null);
  return found.length ? found : null;
});
return items.map(it => ({ uid: it.id, title: it.title, status: it.status }));
"""
LOOK = """
for (const one of cal.manager.getCalendars().filter(one => one.type === "ics")) one.refresh();
await new Promise(done => setTimeout(done, 2000));
"""
CALENDAR = """
const every = Ci.calICalendar.ITEM_FILTER_ALL_ITEMS;
const items = await Promise.all(cal.manager.getCalendars().map(one => one.getItemsAsArray(every, 0, null, null)));
return items.flat().map(it => ({
  uid: it.id, sequence: Number(it.getProperty("SEQUENCE") || 0), status: it.status, place: it.getProperty("LOCATION"),
  starts: it.startDate.nativeTime / 1000000, ends: it.endDate.nativeTime / 1000000,
  said: it.getAttendees().map(one => [one.id, one.participationStatus]),
}));
"""


@dataclass(frozen=True)
class Shown:
    """A mail that lies open: its number in the folder, its subject, the buttons its invitation offers."""

    number: int
    subject: str
    buttons: list[str]


@dataclass(frozen=True)
class Entry:
    """An event in its calendar. Moments are UTC; `said` is each attendee's address and PARTSTAT."""

    uid: str
    sequence: int
    status: str
    place: str
    starts: datetime
    ends: datetime
    said: list[list[str]]


class Thunderbird:
    """One person's program."""

    def __init__(self, line: Marionette) -> None:
        self._line = line
        self._key = ""
        self._seen: list[int] = []

    def sign_in(self, address: str, *, imap: int, smtp: int, password: str) -> str:
        """Make the account and its calendar. Out: whose the calendar is, in the program's words."""
        said = self._run(ACCOUNT, address, imap, smtp, password)
        self._key = said["key"]
        return str(said["organizer"])

    def open(self) -> Shown:
        """Fetch mail and open the oldest one that was not opened yet; it must invite to something."""
        shown = Shown(**self._run(OPEN, self._key, self._seen))
        self._seen.append(shown.number)
        return shown

    def read(self) -> dict[str, Any]:
        """Fetch mail and open the oldest one not opened yet, whatever it offers. Out: its buttons and what its bar says."""
        shown: dict[str, Any] = self._run(READ, self._key, self._seen)
        self._seen.append(shown["number"])
        self._run(CLOSE)
        return shown

    def subscribe(self, address: str) -> list[dict[str, str]]:
        """Follow a calendar at an address, as one does with a webcal link. Out: the events it then shows."""
        found: list[dict[str, str]] = self._run(SUBSCRIBE, address)
        return found

    def look_again(self) -> None:
        """Ask the calendars it follows for news."""
        self._run(LOOK)

    def press(self, button: str) -> None:
        """Press a button of the mail that lies open, and close it."""
        self._run(PRESS, button)
        self._run(CLOSE)

    def calendar(self) -> list[Entry]:
        """Out: what stands in its calendar."""
        return [
            Entry(**row | {name: datetime.fromtimestamp(row[name], UTC) for name in ("starts", "ends")})
            for row in self._run(CALENDAR)
        ]

    def _run(self, script: str, *arguments: object) -> Any:
        return self._line.run(TOOLS + script, *arguments)


@contextmanager
def running() -> Iterator[Thunderbird]:
    """Start one with a new profile. Errors: NotToBeHad, Refused."""
    packages = debian.unpacked("thunderbird")
    with debian.place() as folder:
        port, profile, said = debian.free_port(), folder / "profile", folder / "said"
        profile.mkdir()
        chosen = PREFERENCES | {"marionette.port": port}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in chosen.items()]
        (profile / "user.js").write_text("".join(lines))
        debian.give(folder)
        environment = packages.environment() | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        command = [
            packages.usr / "lib/thunderbird/thunderbird", "--headless", "--marionette",
            "--remote-allow-system-access", "--no-remote", "--profile", profile,
        ]  # fmt: skip
        with (
            said.open("w") as output,
            subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **debian.who(),
            ) as process,
        ):
            try:
                if not debian.answers(port, process):
                    raise debian.NotToBeHad(f"Thunderbird did not start: {said.read_text()[-3000:]}")
                line = Marionette(port)
                yield Thunderbird(line)
                line.close()
            finally:
                process.terminate()
                process.wait(30)
