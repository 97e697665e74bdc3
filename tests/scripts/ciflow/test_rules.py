"""The policy as a table, and what no order of events may bring about."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shuntyard.ciflow.event import Event
from shuntyard.ciflow.rules import asks_permission, decide, read_labels, tag_of
from shuntyard.errors import ShuntyardError
from shuntyard.hub.tags import Pull

SPYRE, OTHER = "ciflow/spyre", "ciflow/other"
LABELS = (SPYRE, OTHER)
OLD, HEAD = "a" * 40, "b" * 40

# event, head then, who may write, fork, the label is on, the tag → what is done
TABLE = [
    ("labeled", HEAD, "writer", "fork", "on", None, ["tag", "runs"]),
    ("labeled", HEAD, "writer", "fork", "on", OLD, ["tag", "runs"]),
    ("labeled", HEAD, "writer", "fork", "on", HEAD, []),
    ("labeled", HEAD, "reader", "fork", "on", None, ["waits"]),
    ("labeled", HEAD, "reader", "fork", "on", OLD, ["untag", "waits"]),
    ("labeled", HEAD, "reader", "own", "on", None, ["tag"]),
    ("labeled", HEAD, "writer", "own", "on", None, ["tag"]),
    ("labeled", OLD, "writer", "own", "on", None, ["tag"]),
    # the job of the label ran only after another push: nobody has looked at the new commit
    ("labeled", OLD, "writer", "fork", "on", None, ["unlabel", "again"]),
    ("labeled", OLD, "writer", "fork", "on", OLD, ["unlabel", "untag", "again"]),
    ("labeled", OLD, "writer", "fork", "on", HEAD, []),
    # ... or after the label was taken off again
    ("labeled", HEAD, "writer", "fork", "off", None, []),
    ("labeled", HEAD, "writer", "own", "off", None, []),
    ("synchronize", HEAD, "reader", "fork", "on", OLD, ["unlabel", "untag", "again"]),
    ("synchronize", HEAD, "writer", "fork", "on", OLD, ["unlabel", "untag", "again"]),
    ("synchronize", HEAD, "reader", "fork", "on", None, []),
    ("synchronize", HEAD, "reader", "fork", "off", OLD, ["untag"]),
    ("synchronize", HEAD, "writer", "own", "on", OLD, ["tag"]),
    ("synchronize", HEAD, "writer", "own", "on", HEAD, []),
    ("synchronize", HEAD, "writer", "own", "off", None, []),
    ("unlabeled", HEAD, "reader", "fork", "off", HEAD, ["untag"]),
    ("unlabeled", HEAD, "reader", "own", "off", HEAD, ["untag"]),
    ("unlabeled", HEAD, "reader", "own", "off", None, []),
    ("closed", HEAD, "reader", "fork", "closed", HEAD, ["untag"]),
    ("closed", HEAD, "writer", "own", "closed", HEAD, ["untag"]),
    ("closed", HEAD, "writer", "own", "closed", None, []),
    ("labeled", HEAD, "writer", "fork", "closed", None, []),
    ("reopened", HEAD, "writer", "own", "on", None, ["tag"]),
    ("reopened", HEAD, "writer", "fork", "on", None, ["unlabel", "again"]),
    ("opened", HEAD, "writer", "own", "on", None, ["tag"]),
    ("opened", HEAD, "writer", "fork", "on", None, []),
]


@pytest.mark.parametrize(("action", "then", "who", "where", "label", "tag", "done"), TABLE)
def test_the_policy(action: str, then: str, who: str, where: str, label: str, tag: str | None, done: list[str]) -> None:
    pull = Pull(
        number=12,
        open=label != "closed",
        head=HEAD,
        own=where == "own",
        labels=frozenset({"bug"} | ({SPYRE} if label != "off" else set())),
    )
    event = Event(action=action, number=12, head=then, sender="x", label=SPYRE if "label" in action else "")
    acts = decide(event, pull, LABELS, {SPYRE: tag, OTHER: None}, may_write=who == "writer")
    assert [act.kind for act in acts] == done
    assert {act.commit for act in acts if act.kind == "tag"} <= {HEAD} and {act.label for act in acts} <= {SPYRE}


def test_another_label_on_a_fork_keeps_its_tag() -> None:
    pull = Pull(number=12, open=True, head=HEAD, own=False, labels=frozenset(LABELS))
    event = Event(action="labeled", number=12, head=HEAD, sender="x", label=SPYRE)
    acts = decide(event, pull, LABELS, {SPYRE: None, OTHER: HEAD}, may_write=False)
    assert [(act.kind, act.label) for act in acts] == [("waits", SPYRE)]


def test_who_may_write_is_asked_where_it_matters() -> None:
    fork = Pull(number=12, open=True, head=HEAD, own=False, labels=frozenset(LABELS))
    own = Pull(number=12, open=True, head=HEAD, own=True, labels=frozenset(LABELS))
    labelled = Event(action="labeled", number=12, head=HEAD, sender="x", label=SPYRE)
    assert asks_permission(labelled, fork, LABELS)
    assert not asks_permission(labelled, own, LABELS)
    assert not asks_permission(Event(action="labeled", number=12, head=HEAD, sender="x", label="bug"), fork, LABELS)
    assert not asks_permission(Event(action="labeled", number=12, head=HEAD, sender="", label=SPYRE), fork, LABELS)
    assert not asks_permission(Event(action="synchronize", number=12, head=HEAD, sender="x"), fork, LABELS)


@pytest.mark.parametrize("text", ["", " ", "a b/../c", "-x", "ciflow/*", "a b$(id)", "x.lock", "ciflow/", "é"])
def test_labels_that_are_no_part_of_a_tag(text: str) -> None:
    with pytest.raises(ShuntyardError):
        read_labels(text)


def test_labels_and_tags() -> None:
    assert read_labels("ciflow/spyre, ciflow/other\nciflow/spyre") == LABELS
    assert tag_of(SPYRE, 12) == "ciflow/spyre/12"


class PullRequest(RuleBasedStateMachine):
    """People push, label, unlabel, close and reopen; the jobs of the events run late, in any order, and again."""

    own = False

    def __init__(self) -> None:
        super().__init__()
        self.commits = [f"{0:040x}"]
        self.head = self.commits[0]
        self.open = True
        self.labels: set[str] = set()
        self.tags: dict[str, str | None] = dict.fromkeys(LABELS)
        self.waiting: list[tuple[Event, bool]] = []
        self.done: list[tuple[Event, bool]] = []
        self.looked_at: set[tuple[str, str]] = set()  # (label, commit), where a writer put the label on

    def happened(self, action: str, *, writer: bool, label: str = "") -> None:
        event = Event(action=action, number=12, head=self.head, sender="x", label=label)
        self.waiting.append((event, writer))

    @rule(new=st.booleans(), which=st.integers(0, 99))
    def push(self, new: bool, which: int) -> None:
        if new:
            self.commits.append(f"{len(self.commits):040x}")
        self.head = self.commits[-1 if new else which % len(self.commits)]
        if self.open:  # GitHub tells nothing of pushes to a closed one
            self.happened("synchronize", writer=self.own)

    @rule(label=st.sampled_from(LABELS), writer=st.booleans())
    def put_on(self, label: str, writer: bool) -> None:
        if label not in self.labels:
            self.labels.add(label)
            if writer:
                self.looked_at.add((label, self.head))
            self.happened("labeled", writer=writer, label=label)

    @rule(label=st.sampled_from(LABELS))
    def take_off(self, label: str) -> None:
        if label in self.labels:
            self.labels.remove(label)
            self.happened("unlabeled", writer=False, label=label)

    @rule()
    def close_or_reopen(self) -> None:
        self.open = not self.open
        self.happened("reopened" if self.open else "closed", writer=False)

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 99))
    def some_job_runs(self, which: int) -> None:
        self.run_job(*self.waiting.pop(which % len(self.waiting)))

    @rule()
    def all_jobs_run(self) -> None:
        """In the order of their events."""
        while self.waiting:
            self.run_job(*self.waiting.pop(0))
        self.settled()

    def teardown(self) -> None:
        self.all_jobs_run()

    @precondition(lambda self: self.done)
    @rule(which=st.integers(0, 99))
    def job_runs_again(self, which: int) -> None:
        self.run_job(*self.done[which % len(self.done)])

    def run_job(self, event: Event, writer: bool) -> None:
        pull = Pull(number=12, open=self.open, head=self.head, own=self.own, labels=frozenset(self.labels))
        may_write = writer and asks_permission(event, pull, LABELS)
        for act in decide(event, pull, LABELS, self.tags, may_write=may_write):
            if act.kind == "unlabel":
                self.labels.discard(act.label)  # by the job's own token, which causes no event
            elif act.kind in ("tag", "untag"):
                self.tags[act.label] = act.commit or None
        self.done.append((event, writer))

    def settled(self) -> None:
        """After all jobs: no tag is at an older commit, or without its label."""
        for label, tag in self.tags.items():
            assert tag in (None, self.head)
            assert tag is None or (self.open and label in self.labels)
            if self.own:
                assert (tag is not None) == (self.open and label in self.labels)

    @invariant()
    def no_commit_of_a_fork_runs_unseen(self) -> None:
        if not self.own:
            assert {(label, tag) for label, tag in self.tags.items() if tag} <= self.looked_at


class OwnPullRequest(PullRequest):
    own = True


PullRequest.TestCase.settings = OwnPullRequest.TestCase.settings = settings(max_examples=200, stateful_step_count=20)
TestFork = PullRequest.TestCase
TestOwn = OwnPullRequest.TestCase
