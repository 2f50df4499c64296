"""The faults: which line becomes what, what that would break, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass

LEDGER, RUNTIME, WORKER, ADVANCE = (
    "engine/ledger.py",
    "engine/runtime.py",
    "engine/worker.py",
    "engine/advance.py",
)
TOLD = "tests/engine/story/test_story.py::test_stories_of_each_process_keep_every_promise"
STORY = (f"{TOLD}[loop]", f"{TOLD}[collect_round]")
STEPS = ("tests/engine/test_runtime.py", "tests/engine/test_worker.py", "tests/engine/test_timer_job.py")


@dataclass(frozen=True)
class Mutant:
    """One fault. `line` stands in the file exactly once and becomes `fault`."""

    name: str
    breaks: str
    file: str
    line: str
    fault: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "revision", "a step taken on an old state overwrites what another node wrote", LEDGER,
        '_instance.c.revision == _P("old_revision"),', '_instance.c.revision != _P("old_revision") + 10**9,', STORY,
    ),
    Mutant(
        "key", "the same answer sent again is a second step", RUNTIME,
        "return None if key is None else ledger.performed(session, tenant_id, key)", "return None", (*STEPS, *STORY),
    ),
    Mutant(
        "due", "a timer is lost when the work comes at its very moment", RUNTIME,
        "            if it.kind == TIMER and it.due_at is not None and it.due_at <= now\n",
        "            if it.kind == TIMER and it.due_at is not None and it.due_at < now\n", (*STEPS, *STORY),
    ),
    Mutant(
        "early", "timers fire before they are due", "engine/spiff/timing.py",
        "if self.due(task) <= task.workflow.script_engine.conductor.now:", "if self.due(task):", (*STEPS, *STORY),
    ),
    Mutant(
        "read back", "a state is stored that will never load", ADVANCE,
        "if waits != after or not again.is_as_frozen(self.machine) or not same_data:", "if False:", STEPS,
    ),
    Mutant(
        "seal", "a history can be changed unnoticed", "engine/history.py",
        'last = row["hash"] = sealed(row)', 'row["hash"] = sealed(row)', (*STEPS, *STORY),
    ),
    Mutant(
        "time to live", "a message is given out long after it lost its sense", LEDGER,
        "_message.c.name.in_(names), _message.c.expires_at > now", "_message.c.name.in_(names)",
        ("tests/engine/test_message.py",),
    ),
    Mutant(
        "buffer", "a kept message is given out again and again", LEDGER,
        "connection.execute(sa.delete(_message).where(mine, _message.c.id == found.id))", "pass", (*STEPS, *STORY),
    ),
    Mutant(
        "lease", "what failed is tried again at once, eight times in a second", WORKER,
        '            _job.c.locked_until <= _P("now"),\n', '            _job.c.locked_until > _P("now"),\n', (*STEPS, *STORY),
    ),
    Mutant(
        "budget", "an endless loop is never stopped", "engine/spiff/machine.py",
        "if self._steps > MOST_STEPS:", "if self._steps < 0:", ("tests/engine/test_budget.py", "tests/engine/test_machine.py"),
    ),
    Mutant(
        "once", "a reminder that was given is given again and again", "engine/spiff/machine.py",
        "            or isinstance(spec.event_definition, MomentTimer)\n", "", (*STEPS, *STORY),
    ),
    Mutant(
        "join", "a join goes on while a branch is still open", "engine/spiff/joining.py",
        "if len(arrived) < len(self._inputs):", "if not arrived:", ("tests/engine/test_machine.py", *STORY),
    ),
    Mutant(
        "waits", "a task that is done stays on the list", LEDGER, "if gone:", "if not gone and it.before:",
        (*STEPS, *STORY),
    ),
    Mutant(
        "nearest", "a deadline that was moved still fires at the old moment", LEDGER,
        "if old != new:", "if old is None or new is None:", (*STEPS, *STORY),
    ),
    Mutant(
        "listens", "a message is lost while an event subprocess is at work", "engine/spiff/machine.py",
        "return self.path(holder)[1] is None and any(", "return False and any(",
        ("tests/engine/test_lowering_event_subprocess.py",),
    ),
    Mutant(
        "letters", "a letter is called sent before it was, and lost with the process", "notifications/lease.py",
        'state="sending"', 'state="sent"', ("tests/notifications/test_outbox.py", "tests/notifications/test_faults.py"),
    ),
)  # fmt: skip
