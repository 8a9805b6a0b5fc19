"""What a contract may say of releasing: two people are two, and rules are known."""

from __future__ import annotations

import pytest

from maalbar.contract import load_contract, write_rehearsal
from maalbar.contract.load import ContractFaults
from maalbar.contract.releasing import KINDS
from maalbar.flow.outgoing.kinds import GATHER
from maalbar.settings import PROJECT

RELEASERS = [
    {
        "user": "una",
        "name": "Una",
        "authority": "Board",
        "deputies": [{"user": "uno", "name": "Uno", "authority": "Board"}],
    },
    {"user": "duo", "name": "Duo", "authority": "Board"},
]
RECIPIENTS = {"public": {"name": "All", "profile": "public@1", "kinds": ["extract"]}}


def _release(releasers=RELEASERS, **recipient: str):
    return {
        "release": {
            "releasers": releasers,
            "recipients": {"public": RECIPIENTS["public"] | recipient},
            "source": "minutes",
        }
    }


def test_everyone_named_may_release_each_followed_by_their_deputies(tiny_contract):
    contract = tiny_contract(_release())
    assert [person.user for person in contract.release.people] == ["una", "uno", "duo"]


def test_a_new_releaser_needs_no_new_signatures(tiny_contract):
    assert tiny_contract(_release()).digest == tiny_contract().digest


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (_release(RELEASERS[:1]), "at least 2 items"),
        (_release([RELEASERS[0], RELEASERS[1] | {"user": "uno"}]), "the user `uno` stands twice"),
        (_release([RELEASERS[0], RELEASERS[1] | {"name": " una"}]), "has two logins"),
        (_release([RELEASERS[0] | {"name": "Åse"}, RELEASERS[1] | {"name": "A\u030ase"}]), "has two logins"),
        (_release([RELEASERS[0], RELEASERS[1] | {"user": "rita"}]), "`rita` also answers for `region`"),
        (_release(profile="nobody@1"), "there is no disclosure profile nobody@1 — name one of dst_research@1"),
        (_release(profile="party@1"), "party@1 is never published"),
        (_release(publishes="false"), "what the public may be told is published"),
        (_release(kinds=["rows"]), "not an allowed value"),
        (_release(kinds=[]), "at least 1 item"),
    ],
)
def test_what_is_no_safeguard_is_refused_with_the_reason(tiny_contract, changes, said):
    with pytest.raises(ContractFaults) as refused:
        tiny_contract(changes)
    assert any(said in line for line in refused.value.lines), refused.value.lines


def test_every_kind_that_a_contract_can_name_is_made(tiny_contract):
    assert set(GATHER) == set(KINDS)


def test_a_rehearsal_marks_those_who_release(tmp_path):
    path = write_rehearsal(PROJECT / "investments" / "plads_til_forskel.yaml", -6, tmp_path)
    assert all(person.name.startswith("DEMO ") for person in load_contract(path).release.people)
