"""An error is one clear line, survives the way between processes, and tells its kind by its exit code."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar import errors
from maalbar.errors import MaalbarError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, MaalbarError)]
DIRECT = [kind for kind in KINDS if kind.__bases__[0] is MaalbarError]
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def test_a_line_says_what_where_and_how_to_mend_it():
    error = MaalbarError("is given twice", where="a.yaml:3", mend="keep one")
    assert str(error) == error.line == "a.yaml:3: is given twice — keep one"


def test_what_is_not_known_leaves_no_trace_in_the_line():
    assert MaalbarError("is given twice").line == "is given twice"
    assert MaalbarError("is given twice", where="a.yaml").line == "a.yaml: is given twice"
    assert MaalbarError("is given twice", mend="keep one").line == "is given twice — keep one"


@given(st.text(), st.text(), st.text())
def test_whatever_it_is_made_of_it_is_one_line(what, where, mend):
    assert len(MaalbarError(what, where=where, mend=mend).line.splitlines()) <= 1


def test_each_kind_of_cause_has_an_exit_code_of_its_own():
    codes = [MaalbarError.exit_code, *(kind.exit_code for kind in DIRECT)]
    assert len(set(codes)) == len(codes)
    # 0 is success and 2 is what command lines answer to a wrong option.
    assert not {0, 2} & set(codes)
    assert all(0 < code < 126 for code in codes)


@kinds
def test_a_narrower_kind_keeps_the_exit_code_of_its_cause(kind):
    cause = next(base for base in kind.__mro__ if base in DIRECT or base is MaalbarError)
    assert kind.exit_code == cause.exit_code


@kinds
def test_an_error_survives_the_way_between_two_processes(kind):
    error = kind("is given twice", where="a.yaml:3", mend="keep one")
    sent = pickle.loads(pickle.dumps(error))
    assert type(sent) is kind
    assert (sent.what, sent.where, sent.mend, sent.line) == (
        "is given twice",
        "a.yaml:3",
        "keep one",
        error.line,
    )


@kinds
def test_every_kind_stands_in_the_tree_with_its_exit_code(kind):
    row = next(line for line in (errors.__doc__ or "").splitlines() if f" {kind.__name__} " in line)
    assert kind not in DIRECT or f" {kind.exit_code} " in row
