"""Profiles are data: each can be read, is sound, and says what its authority says."""

from __future__ import annotations

import pytest

from maalbar.definitions import FOLDER, DisclosureProfile, disclosure_profile, known
from maalbar.errors import ContractError

PROFILES = sorted(path.name for path in (FOLDER / "disclosure").iterdir())


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_can_be_read_and_is_named_as_its_file(name):
    found = disclosure_profile(name.removesuffix(".yaml").replace(".v", "@"))
    assert name == f"{found.id}.v{found.version}.yaml"
    assert found.title.keys() == found.counts.keys() == {"da", "en"}
    assert set(found.readers_know) <= set(known("disclosure")) and found.ref in found.readers_know


@pytest.mark.parametrize(
    ("ref", "smallest", "rounded_to"),
    [("dst_research@1", 5, 1), ("statbank@1", 3, 1), ("opensafely@1", 8, 5), ("public@1", 5, 1), ("party@1", 5, 1)],
)
def test_the_smallest_count_shown_is_that_of_the_authority(ref, smallest, rounded_to):
    found = disclosure_profile(ref)
    assert (found.threshold, found.round_to) == (smallest, rounded_to)


def test_only_the_parties_see_small_differences_and_nothing_of_theirs_is_published():
    found = {ref: disclosure_profile(ref) for ref in known("disclosure")}
    assert [ref for ref, profile in found.items() if profile.differences == "shown"] == ["party@1"]
    assert [ref for ref, profile in found.items() if not profile.is_published] == ["party@1"]


def test_what_is_published_is_known_to_everyone():
    found = {ref: disclosure_profile(ref) for ref in known("disclosure")}
    public = {"public@1", "statbank@1", "opensafely@1"}
    assert all(public <= set(profile.readers_know) for profile in found.values())
    assert all("party@1" not in profile.readers_know for ref, profile in found.items() if ref != "party@1")


def test_a_contract_can_ask_for_more_and_never_for_less():
    public = disclosure_profile("public@1")
    assert public.at_least(3) is public
    raised = public.at_least(7)
    assert (raised.threshold, raised.protected_to, raised.persons_behind) == (7, 7, 10)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"protected_to": 4}, "up to the threshold"),
        ({"persons_behind": 4}, "as many persons as a count"),
        ({"protected_percent": "0 %"}, "uncertain by some percent"),
    ],
)
def test_a_profile_that_protects_less_than_it_hides_is_refused(changed, why):
    data = disclosure_profile("public@1").model_dump(mode="json", exclude_defaults=True)
    with pytest.raises(ValueError, match=why):
        DisclosureProfile.model_validate(data | changed)


def test_a_profile_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ContractError, match="public@1"):
        disclosure_profile("everyone@1")
