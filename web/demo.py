"""The demonstration: a clock held in hand, kept between starts, and what its bar offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from engine.clock import HeldClock
from processes.permission import Actor
from web.i18n import N_, gettext

ROLES = {
    "visitor": N_("a resident, without an account"),
    "association": N_("an invited association"),
    "planner": N_("a planner"),
    "colleague": N_("another planner"),
    "government": N_("the municipal government"),
    "committee": N_("a committee member"),
    "clerk": N_("the committee's clerk"),
    "administrator": N_("the administrator"),
}


class KeptClock(HeldClock):
    """A held clock whose moment is written to a file, so that a restart goes on where it stood."""

    def __init__(self, path: Path, otherwise: datetime) -> None:
        self._path = path
        kept = path.read_text().strip() if path.exists() else ""
        super().__init__(datetime.fromisoformat(kept) if kept else otherwise)
        if not kept:
            self.move_to(otherwise)

    def move_to(self, moment: datetime) -> None:
        super().move_to(moment)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(self.now().astimezone(UTC).isoformat())
        fresh.replace(self._path)


@dataclass(frozen=True)
class Bar:
    """What the bar shows: the demonstration's moment, the roles, and the one it is seen as."""

    now: datetime
    roles: list[tuple[str, str]]
    role: str


class Demo:
    """Moves the demonstration's time. In: its clock, what happens next, the work that is then due, and who plays what."""

    def __init__(
        self,
        clock: KeptClock,
        next_due: Callable[[], datetime | None],
        settle: Callable[[], int],
        cast: Callable[[], Mapping[str, tuple[str, str]]],
    ) -> None:
        self.clock = clock
        self._cast = cast
        self._next_due = next_due
        self._settle = settle

    def bar(self, actor: Actor | None) -> Bar:
        role = next((name for name in ROLES if actor is not None and actor.holds(name)), "visitor")
        if role == "planner" and actor is not None and self._colleague == actor.person_id:
            role = "colleague"
        return Bar(self.clock.now(), [(name, gettext(text)) for name, text in ROLES.items()], role)

    @cached_property
    def _colleague(self) -> str:
        return self._cast().get("colleague", ("", ""))[0]

    def next(self) -> datetime | None:
        """Go to the next thing that happens and let it happen. Out: its moment, or None when nothing waits."""
        self._settle()
        moment = self._next_due()
        if moment is None:
            return None
        self.clock.move_to(max(moment, self.clock.now()))
        self._settle()
        return self.clock.now()

    def day(self) -> datetime:
        """Go one day on, letting what falls due on the way happen in its order. Out: the moment reached."""
        goal = self.clock.now() + timedelta(days=1)
        self._settle()
        while (moment := self._next_due()) is not None and self.clock.now() < moment <= goal:
            self.clock.move_to(moment)
            self._settle()
        self.clock.move_to(goal)
        self._settle()
        return goal
