"""The replicas of both languages make the same of the same answers, whatever happens to Redis."""

import json
import random
import subprocess
from dataclasses import asdict
from math import inf, isfinite
from pathlib import Path
from typing import Any

from caracalai_revocation.redis._replica import after_check, after_key_task, new_round
from caracalai_revocation.redis._replica.judge_history import StreamFacts
from caracalai_revocation.redis._replica.replica_readiness import (
    is_waiting_for_proof,
    next_task,
    notes_to_answer,
    readiness_of,
)
from caracalai_revocation.redis._replica.replica_state import ReplicaState
from caracalai_revocation.redis._replica.stream_state import (
    STREAMS,
    ReplicaPace,
    StreamCheck,
    StreamName,
)
from caracalai_revocation.redis._streams.stream_id import BEGINNING, parse_stream_id

PROGRAM = Path(__file__).parent / "support" / "redis_state.mjs"
PACE = ReplicaPace(
    max_staleness_ms=1_000,
    settle_ms=400,
    max_mandate_lifetime_ms=8_000,
    adopt_after_ms=3_000,
    full_retry_ms=2_000,
    snapshot_retry_ms=500,
    reconcile_pause_ms=1_500,
)
SEED = 2026
TRIALS = 300
STEPS = 60

# How often what happens to a server, and what a replica hears of, so that most trials get far.
_CHANGES = {
    "add": 8,
    "trim": 2,
    "replace": 4,
    "delete": 1,
    "restart": 2,
    "lose": 1,
    "mark": 2,
    "note": 2,
    "forget": 1,
    "make_good": 2,
    "gap": 0.5,
    "close": 2,
    "evict": 0.3,
}
_NEWS = {"check": 10, "task": 6, "entries": 2, "marker": 0.3, "rare": 0.3}


class ModelStream:
    """A stream of a server, as far as a replica hears of it."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.last_id = BEGINNING
        self.added = 0
        self.marker: str | None = None
        self.note: str | None = None
        self.is_made_good = False
        self.gap: str | None = None


class Trial:
    """Steps by chance: what a server does, and what a replica is told and does itself."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.now = 1_000
        self.state = ReplicaState()
        self.run_id = "run-0"
        self.evicts = False
        self.evicted_keys = 0
        self.streams: dict[StreamName, ModelStream] = {name: ModelStream() for name in STREAMS}
        if chance.random() < 0.8:
            for stream in self.streams.values():
                stream.marker = "first"
        self.steps: list[list[Any]] = []
        self.seen: list[dict[str, Any]] = []

    def run(self) -> None:
        for _ in range(STEPS):
            self.now += self.chance.choice((1, 10, 40, 200, 1_000))
            if self.chance.random() < 0.3:
                self._change_server()
            self._tell()

    def _change_server(self) -> None:
        stream = self.streams[self.chance.choice(STREAMS)]
        (what,) = self.chance.choices(tuple(_CHANGES), tuple(_CHANGES.values()))
        if what == "add":
            self._add(stream)
        elif what == "trim":
            self._trim(stream)
        elif what == "replace":
            self._add(stream)
            self._trim(stream)
        elif what == "delete" and stream.ids:
            stream.ids.remove(self.chance.choice(stream.ids))
        elif what == "restart":
            self.run_id = f"run-{self.now}"
        elif what == "lose":
            self.run_id = f"run-{self.now}"
            if self.chance.random() < 0.5:
                self.streams = {name: ModelStream() for name in STREAMS}
            elif stream.ids:
                stream.ids.pop()
                stream.added -= 1
                stream.last_id = stream.ids[-1] if stream.ids else BEGINNING
        elif what == "mark":
            stream.marker = self.chance.choice((None, "foreign", stream.marker))
        elif what == "evict":
            self.evicts = not self.evicts
            self.evicted_keys += self.chance.choice((0, 1))
        else:
            self._change_losses(stream, what)

    def _add(self, stream: ModelStream) -> None:
        for _ in range(self.chance.randint(1, 3)):
            stream.added += 1
            stream.last_id = f"{self.now}-{stream.added}"
            stream.ids.append(stream.last_id)

    def _trim(self, stream: ModelStream) -> None:
        stream.ids = stream.ids[self.chance.randint(0, len(stream.ids)) :]
        if self.chance.random() < 0.5:
            stream.gap = f"unread {stream.added - len(stream.ids)}"

    def _change_losses(self, stream: ModelStream, what: str) -> None:
        if what == "note":
            kind = self.chance.choice(("stream_trimmed", "history_lost"))
            earlier = self.chance.choice(("", " history_lost"))
            stream.note, stream.is_made_good = f"{kind} {self.now}{earlier}", False
        elif what == "forget":
            stream.note, stream.is_made_good = None, False
        elif what == "make_good":
            stream.is_made_good = stream.note is not None
        elif what == "gap":
            stream.gap = f"unread {self.now}"
        else:
            stream.gap = None

    def _tell(self) -> None:
        state, now, name = self.state, self.now, self.chance.choice(STREAMS)
        known = state.stream(name)
        round_ = state.round - (self.chance.random() < 0.05)
        task = next_task(state, now, PACE)
        (what,) = self.chance.choices(tuple(_NEWS), tuple(_NEWS.values()))
        if what == "task" and task == "retry":
            self._do("fullRetry", new_round.after_full_retry(state, now, PACE))
        elif what == "task" and task == "snapshot":
            self._do("snapshotBegan", after_key_task.after_snapshot_began(state))
        elif what == "task" and task == "reconcile":
            self._do("reconcileBegan", after_key_task.after_reconcile_began(state, now))
            if self.chance.random() < 0.3:
                self.now += 10
                failed = after_key_task.after_reconcile_failed(self.state, round_, self.now, PACE)
                self._do("reconcileFailed", failed, round_)
        elif what == "task" and state.snapshot == "begun":
            if self.chance.random() < 0.3:
                failed = after_key_task.after_snapshot_failed(state, round_, now, PACE)
                self._do("snapshotFailed", failed, round_)
            else:
                self._do("snapshot", after_key_task.after_snapshot(state, round_, now), round_)
        elif what == "task" and known.note is not None:
            text = known.note.text if self.chance.random() < 0.9 else "another"
            self._do("madeGood", after_key_task.after_made_good(state, name, text), name, text)
        elif what == "marker":
            self._mark(name)
        elif what == "entries" and known.position is not None:
            self._entries(name, round_)
        elif what == "rare":
            self._rare()
        else:
            self._check(name, round_)

    def _check(self, name: StreamName, round_: int) -> None:
        stream, known = self.streams[name], self.state.stream(name)
        position = known.position
        last_id = BEGINNING if position is None else position.last_id
        unread = [it for it in stream.ids if parse_stream_id(it) > parse_stream_id(last_id)]
        most = self.chance.choice((1, 2, 100))
        given = unread[:most]
        first_age = None if not stream.ids else self.chance.choice((5, 120_000))
        facts = StreamFacts(
            run_id=self.run_id,
            marker=stream.marker,
            evicts=self.evicts,
            evicted_keys=self.evicted_keys,
            note=stream.note,
            is_made_good=stream.is_made_good,
            gap=stream.gap,
            last_generated_id=stream.last_id,
            entries_added=stream.added,
            length=len(stream.ids),
            first_age_ms=first_age,
            unread=len(given),
            drained=len(given) < most,
        )
        check = StreamCheck(
            stream=name,
            round=round_,
            sent_at=self.now - self.chance.choice((0, 5, 300)),
            facts=facts,
            last_id=given[-1] if given else None,
        )
        following = after_check.after_check(self.state, check, self.now, PACE)
        told = {**check._asdict(), "facts": asdict(facts)}
        self._do("check", following, camel(told))

    def _entries(self, name: StreamName, round_: int) -> None:
        stream = self.streams[name]
        position = self.state.stream(name).position
        assert position is not None
        unread = [
            it for it in stream.ids if parse_stream_id(it) > parse_stream_id(position.last_id)
        ]
        if not unread:
            self._check(name, round_)
            return
        following = after_check.after_entries(self.state, name, round_, unread[-1], len(unread))
        told = {"stream": name, "round": round_, "lastId": unread[-1], "count": len(unread)}
        self._do("entries", following, told)

    def _mark(self, name: StreamName) -> None:
        """Before a marker is set, and what became of it; or only one of these."""
        marker = f"marker-{self.now}"
        self._do("marker", after_key_task.before_marker(self.state, name, marker), name, marker)
        became = self.chance.choice(("set", "refused", "unknown"))
        if became == "set":
            self.streams[name].marker = marker
            self._do("markerSet", after_key_task.after_marker_set(self.state, name, self.now), name)
        elif became == "refused":
            self._do("markerRefused", after_key_task.after_marker_refused(self.state, name), name)

    def _rare(self) -> None:
        what = self.chance.choice(("full", "lostRace", "writes", "writes"))
        if what == "full":
            self._do("full", new_round.after_full(self.state, self.now, PACE))
        elif what == "lostRace":
            self._do("lostRace", new_round.after_lost_race(self.state, self.now, PACE))
        else:
            self._do("writes", after_key_task.before_writes(self.state))

    def _do(self, name: str, following: ReplicaState, *args: Any) -> None:
        self.state = following
        self.steps.append([name, self.now, *args])
        until, ready_until, problem = readiness_of(following, PACE)
        shown = asdict(following)
        shown["streams"] = {stream: shown.pop(stream) for stream in STREAMS}
        for stream in shown["streams"].values():
            if stream["position"] is not None:
                last_id, added = stream["position"]
                stream["position"] = {"last_id": last_id, "added": added}
        self.seen.append(
            {
                "state": camel(shown),
                "until": None if until == -inf else until,
                "readyUntil": None if ready_until == -inf else ready_until,
                "problem": problem,
                "notes": notes_to_answer(following),
                "task": next_task(following, self.now, PACE),
                "waits": is_waiting_for_proof(following, self.now, PACE),
            }
        )


def camel(value: Any) -> Any:
    """Names as the other language has them, without what is None or infinite."""
    if isinstance(value, dict):
        return {
            "".join(part.capitalize() if at else part for at, part in enumerate(name.split("_"))): (
                camel(it)
            )
            for name, it in value.items()
            if it is not None and not (isinstance(it, float) and not isfinite(it))
        }
    return value


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(it) for name, it in value.items() if it is not None}
    return value


def test_both_make_the_same_of_the_same() -> None:
    chance = random.Random(SEED)
    trials = [Trial(chance) for _ in range(TRIALS)]
    for trial in trials:
        trial.run()
    done = subprocess.run(
        ["node", str(PROGRAM)],
        input="".join(f"{json.dumps(trial.steps)}\n" for trial in trials),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == TRIALS
    problems, tasks, breaks, losses = set(), set(), set(), set()
    for number, (trial, line) in enumerate(zip(trials, lines, strict=True)):
        theirs = json.loads(line)
        for index, (mine, other) in enumerate(zip(trial.seen, theirs, strict=True)):
            where = f"trial {number} of seed {SEED}, step {index}: {trial.steps[index]}"
            assert mine == {**other, "state": without_nulls(other["state"])}, where
            problems.add(mine["problem"])
            tasks.add(mine["task"])
            breaks.add(mine["state"].get("brokenBy"))
            for stream in mine["state"]["streams"].values():
                losses.add(stream.get("loss", {"id": None})["id"] == "kept")
                losses |= {key for key, it in stream.get("note", {}).items() if it is True}
    # Else the trials would show little.
    assert problems == {None, "full", "unknown_history", "events_lost", "synchronising"}
    assert tasks == {None, "retry", "adopt", "snapshot", "reconcile"}
    assert breaks == {
        *(None, "history_lost", "history_changed", "stream_older", "stream_trimmed"),
        *("keys_evicted", "server_changed", "full", "snapshot_failed"),
    }
    assert losses == {True, False, "isProven", "isDone"}
