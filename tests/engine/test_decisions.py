"""Decisions: where Python takes the number of a Value."""

import contextlib
import os
import sys
from itertools import count
from pathlib import Path

import engine
from engine import Value, decisions
from engine.value import observers


def test_a_folder_whose_name_begins_as_the_engines_is_the_users():
    file = f"{Path(engine.__file__).parent}_of_mine{os.sep}loss.py"
    namespace = {}
    exec(compile("def loss(s, y):\n    return s * y if s > 0 else s\n", file, "exec"), namespace)
    with decisions() as found:
        namespace["loss"](Value(1), 2)
    assert [(decision.file, decision.line, decision.function) for decision in found] == [(file, 2, "loss")]


def test_what_takes_a_number_is_noticed_once_each_and_only_inside():
    z = Value(2.0, "z")
    with decisions() as found:
        for take in (lambda: z > 0, lambda: z == 0, lambda: bool(z), lambda: float(z), lambda: max(0, z)):
            take()
        z.relu().maximum(1) * z
    assert [decision.node for decision in found] == [z] * 5
    assert z > 0 and len(found) == 5


def test_an_interrupt_anywhere_leaves_no_observer():
    files = (sys.modules["engine.decisions"].__file__, contextlib.__file__)
    interrupted = 0
    for k in count(1):
        seen = count(1)

        def profile(frame, event, arg, seen=seen, k=k):
            # where Python handles signals: after a call, on entering a function
            if event in ("call", "c_return") and frame.f_code.co_filename in files and next(seen) == k:
                raise KeyboardInterrupt

        sys.setprofile(profile)
        try:
            with decisions():
                float(Value(3))
            break
        except KeyboardInterrupt:
            interrupted += 1
        finally:
            sys.setprofile(None)
        assert observers == []
    assert interrupted > 5


def test_an_observer_that_leaves_meanwhile_as_one_of_another_thread_does_hides_nothing():
    z = Value(2.0, "z")
    observers.append(leaves := lambda node, how: observers.remove(leaves))
    with decisions() as found:
        assert z > 0
    assert len(found) == 1
