"""The page of an intake: whoever has never seen the project reads from it what to do, and what to send back to whom."""

from __future__ import annotations

import html
import os
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from maalbar.documents.framed import SCRIPT
from maalbar.errors import ChecksFailed, DecisionNeeded, DeliveryRefused, MaalbarError, SetupError
from maalbar.flow import delivery_report, intake
from maalbar.flow.delivery_report import path_of
from maalbar.flow.release import release
from maalbar.settings import settings
from tests.flow.landing import AS_OF, CONTACTS, PEOPLE, SURVEY, deliver, known
from tests.flow.test_quarantine import MOVES_LATER, _people

pytestmark = pytest.mark.usefixtures("results_database")
MARKERS = ("0101501234", "marta", "1949-05-06", "2022-12-24", "kirsebaer")
"""Values that stand in the files of these tests, and nowhere else."""


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


def _page(period: str = "1") -> str:
    return path_of("tiny", period).read_text(encoding="utf-8")


def _text(page: str) -> str:
    """The words of a page as they are read."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def _mails(page: str) -> dict[str, str]:
    """Sender → the message that is ready to be sent."""
    found = re.findall(r"<strong>Til:</strong> (.*?)</p>.*?<pre>(.*?)</pre>", page, flags=re.DOTALL)
    return {html.unescape(sender): html.unescape(text) for sender, text in found}


def _steps(page: str) -> list[str]:
    (steps,) = re.findall(r'<ol class="steps">(.*?)</ol>', page, flags=re.DOTALL)
    return [_text(step).strip() for step in re.findall(r"<li>(.*?)</li>", steps, flags=re.DOTALL)]


def _take_in(kind: type[MaalbarError] | None = None) -> None:
    if kind is None:
        intake.take_in("tiny", "1")
        return
    with pytest.raises(kind):
        intake.take_in("tiny", "1")


def test_an_intake_without_a_fault_says_so_and_shows_the_account_and_the_checks(contract):
    for source in contract.deliveries:
        if source != "population":
            continue
        deliver(contract)
    _take_in()
    said = _text(_page())
    assert "population-2022-10-15.csv taken in" in said
    assert "every row is accounted for: 4 = 4 + 0 + 0 + 0 + 0" in said
    assert "always filled in: person_id, sex, birth_month, area, resident_from, is_care_home" in said
    assert known(contract)[0]["sha256"][:8] in said


def test_each_refused_file_stands_with_its_fault_its_remedy_and_in_the_message_to_its_sender(contract):
    deliver(contract, text=PEOPLE.replace("dora", "0101501234"))
    deliver(contract, "contacts", text=CONTACTS.replace("priority", "Priority"))
    deliver(contract, "surveys", text=SURVEY, rows=7)
    _take_in(DeliveryRefused)
    page = _page()
    assert "3 files refused, 4 sources not come." in _text(page)
    mail = _mails(page)["The Bureau"]
    for said in (
        "Filen population-2022-10-15.csv er ikke modtaget: 1 celle ligner CPR-numre (i person, først i række 4)",
        "Sådan rettes det: pseudonymisér filen, før den sendes.",
        "Filen contacts-2022-10-15.csv er ikke modtaget: mangler priority (skrevet med andre store og små bogstaver",
        "Sådan rettes det: send de aftalte kolonner",
        "Filen surveys-2022-10-15.csv er ikke modtaget: har 1 rækker, men 7 er meldt.",
        "Sådan rettes det: send filen igen, hel.",
        "maalbar check-delivery tiny population FIL --as-of 2022-10-15",
        "Den skulle være her senest 31. oktober 2022.",
    ):
        assert said in mail
    assert _steps(page)[0] == "Send The Bureau the message below."
    assert _steps(page)[-1].endswith("maalbar intake tiny 1")


def test_of_a_file_with_too_many_wrong_rows_the_sender_is_told_which(contract):
    wrong = [f"k{n};F;1950-01-01;north;2010-01-01;;1949-05-06;;0" for n in range(3)]
    deliver(contract, text=_people(*wrong, right=7))
    _take_in(ChecksFailed)
    mail = _mails(_page())["The Bureau"]
    assert "er ikke modtaget: flere rækker er forkerte, end aftalen tillader." in mail
    assert "* 3 rækker (nr. 1–3): died ligger før born. Ret died eller born." in mail
    assert "Række nr. 1 er den første under kolonnenavnene." in mail


def test_rows_set_aside_of_a_file_that_was_taken_in_are_told_with_the_command_that_lets_them_in(contract):
    deliver(contract, text=_people(MOVES_LATER, right=20))
    _take_in()
    page, sha256 = _page(), known(contract)[0]["sha256"]
    mail = _mails(page)["The Bureau"]
    assert "er modtaget, men 1 af 21 rækker er lagt til side" in mail
    assert f'"supersedes": "{sha256}"' in mail
    let_in = f"maalbar release tiny {sha256[:12]} --reason-code resident_to.after_as_of --name NAME --because WHY"
    assert any(step.endswith(let_in) for step in _steps(page))
    release(contract, sha256, ["resident_to.after_as_of"], "Rita Region", "moves are known ahead")
    _take_in()
    assert "1 rows that were set aside are let in by Rita Region: moves are known ahead" in _text(_page())
    assert "er lagt til side" not in _mails(_page())["The Bureau"]


def test_what_is_held_names_the_command_that_a_person_says_it_with(tiny_contract):
    contract = tiny_contract(
        {"deliveries.population.complete_when": "done_file", "deliveries.population.file_name": "people_{as_of}.csv"}
    )
    folder = settings().landing / "tiny" / "population"
    folder.mkdir(parents=True)
    for name, text in ((f"people_{AS_OF}.csv", PEOPLE), ("people_20221015.csv", PEOPLE.replace("north", "east"))):
        (folder / name).write_text(text.strip() + "\n")
        (folder / f"{name}.done").touch()
    _take_in(DeliveryRefused)
    page = _page()
    assert "2 files held" in _text(page)
    commands = [step for step in _steps(page) if "maalbar supersede tiny people_" in step]
    assert len(commands) == 2 and all("--name NAME --reason WHY" in command for command in commands)
    assert "people_" not in _mails(page)["The Bureau"], "it is not the sender who says it"
    assert known(contract) == []


def test_what_is_ours_to_mend_is_not_put_to_the_sender(tiny_contract):
    contract = tiny_contract({"deliveries.population.permission.expires": "2022-10-14"})
    deliver(contract)
    _take_in(DeliveryRefused)
    page = _page()
    assert any("Decide or mend here: population-2022-10-15.csv: the permission has expired" in s for s in _steps(page))
    assert "tilladelsen" not in _mails(page)["The Bureau"]


def test_before_the_data_are_due_no_one_is_reminded(contract, monkeypatch):
    monkeypatch.setattr(delivery_report, "today", lambda contract, now: contract.period("1").data_due)
    _take_in()
    page = _page()
    assert _mails(page) == {}
    assert "It is due on 2022-10-31. Wait for it." in " ".join(_steps(page))


def test_what_was_refused_before_is_remembered_when_a_better_file_has_come(contract):
    deliver(contract, text=PEOPLE.replace("dora", "0101501234"))
    _take_in(DeliveryRefused)
    deliver(contract)
    _take_in()
    page = _text(_page())
    assert "refused earlier: 1" in page
    assert "1 cells look like CPR numbers" in page
    assert "files refused" not in page and "file refused" not in page


def test_a_file_called_after_a_person_is_named_nowhere(contract):
    deliver(contract, name="0101501234")
    _take_in(DeliveryRefused)
    page = _page()
    assert "a file whose name is not repeated" in _text(page)
    assert "0101501234" not in page


def test_no_value_of_a_row_and_no_markup_of_a_sender_is_on_the_page(tiny_contract):
    contract = tiny_contract({"deliveries.population.register_name": "<script>alert(1)</script>"})
    wrong = (MOVES_LATER, "kirsebaer;F;1950-01-01;north;2010-01-01;;1949-05-06;;0")
    deliver(contract, text=_people(*wrong, right=20))
    deliver(contract, "contacts", text=CONTACTS.replace("anna", "0101501234"))
    deliver(contract, "billed", text="person;contact;week;specialty;form\nkirsebaer;c1;9999;800000;T\n")
    _take_in(DeliveryRefused)
    page = _page()
    assert [marker for marker in MARKERS if marker in page] == []
    assert page.count("<script") == 1 and f"<script>{SCRIPT}</script>" in page and "&lt;script&gt;" in page


def test_a_fault_of_the_machine_is_told_as_ours_and_the_page_is_written_all_the_same(contract, monkeypatch):
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    monkeypatch.delenv("MAALBAR_PERSON_KEYS")
    with pytest.raises(SetupError, match="no person key is set") as raised:
        intake.take_in("tiny", "1")
    assert "more" not in raised.value.line, "of two files it is one fault"
    page = _page()
    assert _steps(page)[0].startswith("Mend here: MAALBAR_PERSON_KEYS: no person key is set.")
    assert "1 fault here, not of a sender" in _text(page)
    assert _mails(page) == {}, "no sender has done anything wrong"


def test_the_page_is_written_when_the_intake_breaks_off_and_hides_nothing_of_why(contract, monkeypatch):
    deliver(contract)

    def breaks(*_: object) -> None:
        raise RuntimeError("of a kind that nobody foresaw")

    monkeypatch.setattr(intake, "_kept", breaks)
    with pytest.raises(RuntimeError, match="nobody foresaw"):
        intake.take_in("tiny", "1")
    assert "What to do" in _page()


def test_a_page_that_cannot_be_written_does_not_hide_the_fault_of_a_file(contract, home: Path):
    (home / "reports").write_text("in the way of the folder")
    deliver(contract, text=PEOPLE.replace("dora", "0101501234"))
    with pytest.raises(DeliveryRefused, match="CPR"):
        intake.take_in("tiny", "1")


def test_a_check_of_a_large_file_says_of_how_many_persons_it_was_measured():
    figures = {"before": 1000, "now": 1020, "of": "rows", "since": "2021-10-15", "change": 0.02}
    row = {"verdict": "held", "name": "volume", "words": "", "figures": figures | {"one_of": 16}}
    told = "1,020 rows, 1,000 in the delivery of 2021-10-15 (+2 %)"
    assert delivery_report._check(row).words == f"{told} (measured on one person of 16)"
    assert delivery_report._check(row | {"figures": figures}).words == told


def test_no_figure_without_a_unit_is_on_the_page():
    figures = {"psi": 0.1207, "by_chance": 0.0107, "codes": 3}
    row = {
        "verdict": "warned",
        "name": "codes.form",
        "figures": figures,
        "words": "the shares have moved by 0.12 (PSI)",
    }
    for verdict in ("held", "warned", "broken"):
        words = delivery_report._check(
            row | {"verdict": verdict, "words": "" if verdict == "held" else row["words"]}
        ).words
        assert "0." not in words and "psi" not in words.lower() and "form" in words
    late = {"verdict": "warned", "name": "overlap", "words": "overlap: 3 of 50 rows", "figures": {"share": 0.06}}
    assert delivery_report._check(late).words == "overlap: 3 of 50 rows"


def test_a_file_without_its_manifest_is_told_with_since_when_and_what_to_do(contract):
    deliver(contract, manifest=False)
    path = settings().landing / "tiny" / "population" / f"population-{AS_OF}.csv"
    at = datetime(2022, 10, 16, 8, 30, tzinfo=ZoneInfo("Europe/Copenhagen")).timestamp()
    os.utime(path, (at, at))
    _take_in()
    page = _page()
    assert "1 file without manifest, 6 sources not come." in _text(page)
    assert ">without manifest</span>" in page
    (step,) = [step for step in _steps(page) if "without its manifest" in step]
    assert step.startswith(
        f"population-{AS_OF}.csv of The Bureau lies there without its manifest since 2022-10-16 08:30"
    )
    assert step.endswith(f"maalbar check-delivery tiny population population-{AS_OF}.csv --as-of DAY --write-manifest")
    assert not [step for step in _steps(page) if step.startswith("Not come") and "Population" in step]
    mail = _mails(page)["The Bureau"]
    assert f"- Filen population-{AS_OF}.csv har ligget hos os uden manifest siden 16. oktober 2022 kl. 08.30." in mail
    assert "læg dens manifest ved siden af" in mail


def test_a_file_that_has_just_come_without_its_manifest_is_waited_for_before_it_is_due(contract, monkeypatch):
    monkeypatch.setattr(delivery_report, "today", lambda contract, now: contract.period("1").data_due)
    deliver(contract, manifest=False)
    _take_in()
    assert "1 file without manifest" in _text(_page()) and _mails(_page()) == {}


def test_a_file_whose_manifest_cannot_be_read_is_not_told_twice(contract):
    deliver(contract, rows="many")
    _take_in(DeliveryRefused)
    assert "without manifest" not in _text(_page())


def test_a_file_that_a_person_must_decide_on_is_asked_about_in_danish(contract, monkeypatch):
    deliver(contract)

    def stops(contract, manifest, *_: object) -> None:
        error = DecisionNeeded(
            "volume: 590 rows", where=manifest.file, mend="ask the sender; if the file is right: maalbar accept"
        )
        error.figures = {
            "volume": {"before": 1000, "now": 590, "change": -0.41, "of": "rows", "since": "2021-10-15"},
        }
        raise error

    monkeypatch.setattr(intake.history, "check", stops)
    _take_in(DecisionNeeded)
    mail = _mails(_page())["The Bureau"]
    assert f"- Filen population-{AS_OF}.csv venter." in mail
    assert "* Filen har 41 % færre rækker end leverancen for 2021-10-15 for samme tid (590 mod 1.000)." in mail
    assert "Er filen hel og rigtig, så skriv det til os" in mail and "maalbar accept" not in mail
    assert any("Decide or mend here" in step and step.endswith("maalbar accept") for step in _steps(_page()))
