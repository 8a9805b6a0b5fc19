"""The commands about deliveries, as a sender and a data engineer type them."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from maalbar.flow import intake
from tests.flow.landing import AS_OF, CONTACTS, PEOPLE, SURVEY, deliver, known
from tests.typed import maalbar


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


def test_a_sender_checks_a_file_and_gets_its_manifest(contract, home, tmp_path):
    file = tmp_path / "population.csv"
    file.write_text(PEOPLE.strip() + "\n")
    run = maalbar(
        "check-delivery", "tiny", "population", str(file), "--as-of", AS_OF, "--write-manifest", MAALBAR_PERSON_KEYS=""
    )
    assert (run.returncode, run.stderr) == (0, "")
    manifest = tmp_path / "population.manifest.json"
    assert run.stdout.splitlines() == [
        "Filen population.csv ville blive modtaget. Den beskriver 15. oktober 2022.",
        "  Den har 4 rækker under kolonnenavnene: 4 modtages.",
        "  Antallet af rækker holdes først op mod tidligere leverancer, når filen er kommet: en fil, der er klippet over mellem "
        "to rækker, ses ikke her. Se efter, om antallet er det, I venter.",
        f"  Manifestet er skrevet: {manifest}. Læg det samme sted som filen, efter filen.",
    ]
    english = maalbar("check-delivery", "tiny", "population", str(file), "--as-of", AS_OF, "--language", "en")
    assert english.stdout.splitlines()[:2] == [
        f"population.csv would be taken in, as of {AS_OF}",
        "  4 rows in = 4 accepted",
    ]
    assert "held against earlier deliveries only when the file has come" in english.stdout
    assert list(home.iterdir()) == []


def test_a_sender_is_told_in_words_what_would_be_refused_and_no_value(contract, home, tmp_path):
    file = tmp_path / "population.csv"
    file.write_text(PEOPLE.replace("1950-04-01", "1.4.1950").strip() + "\n")
    run = maalbar("check-delivery", "tiny", "population", str(file), "--as-of", AS_OF, "--write-manifest")
    assert run.returncode == 5
    assert run.stdout.splitlines() == [
        "Filen population.csv ville ikke blive modtaget:",
        "  - born: datoerne ser ud til at være skrevet D.M.ÅÅÅÅ, men ÅÅÅÅ-MM-DD er aftalt (række nr. 4)",
        "  Sådan rettes det: skriv dem, som det er aftalt.",
        "  Den har 4 rækker under kolonnenavnene: 3 modtages, 1 lægges til side.",
        "  * 1 række (nr. 4): born kan ikke læses som en dato. Skriv dagen som ÅÅÅÅ-MM-DD i born.",
        "  Række nr. 1 er den første under kolonnenavnene.",
    ]
    assert not (tmp_path / "population.manifest.json").exists()
    as_data = maalbar("check-delivery", "tiny", "population", str(file), "--as-of", AS_OF, "--json")
    told = json.loads(as_data.stdout)
    assert (as_data.returncode, told["would_be"], told["kind"]) == (5, "refused", "ChecksFailed")
    assert told["set_aside"][0]["row_numbers"] == "4"
    assert told["set_aside"][0]["code"] == "birth_month.unreadable"
    assert told["what"].startswith("born: dates seem") and told["what_danish"].startswith("born: datoerne ser ud")
    assert told["mend_danish"] == "skriv dem, som det er aftalt"
    assert "1.4.1950" not in run.stdout + as_data.stdout + as_data.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check-delivery", "tiny", "people", "x.csv"), "error: tiny har ingen leverance «people»"),
        (
            ("check-delivery", "tiny", "population", "x.csv"),
            "error: x.csv: den fil findes ikke — nævn den fil, I vil sende",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_line(contract, home, words, said):
    run = maalbar(*words)
    assert (run.returncode, run.stdout) == (9, "")
    assert run.stderr.startswith(said) and len(run.stderr.splitlines()) == 1


def test_every_fault_of_a_file_has_a_line_of_its_own(contract, home, tmp_path):
    file = tmp_path / "population.csv"
    file.write_text(
        PEOPLE.replace("born", "birth").replace("care_home", "care_home;name").replace(";0\n", ";0;x\n").lstrip()
    )
    words = ("check-delivery", "tiny", "population", str(file), "--as-of", AS_OF)
    assert maalbar(*words).stdout.splitlines() == [
        "Filen population.csv ville ikke blive modtaget:",
        "  - mangler born (er det birth?)",
        "  - har en kolonne, som aftalen ikke kender (name)",
        "  Sådan rettes det: send de aftalte kolonner, udelad name; skriv til os, hvis kolonnerne kun har fået nye navne.",
    ]
    assert maalbar(*words, "--language", "en").stdout.splitlines()[:3] == [
        "population.csv would be refused:",
        "  - lacks born (is it birth?)",
        "  - has a column that the contract does not know (name)",
    ]


def test_a_file_of_a_day_that_has_not_come_is_refused_before_it_is_read(tiny_contract, home, tmp_path):
    day = date.today() + timedelta(days=1)
    data_due = (day + timedelta(days=30)).isoformat()
    tiny_contract({"calendar.periods.2.data_due": data_due, "calendar.periods.2.pay_by": data_due})
    file = tmp_path / "population.csv"
    file.write_text(PEOPLE.strip() + "\n")
    words = ("check-delivery", "tiny", "population", str(file), "--as-of")
    told = maalbar(*words, day.isoformat())
    assert told.returncode == 4
    assert told.stdout.splitlines()[1].startswith(f"  - beskriver {day}, som ikke er kommet endnu (i dag er ")
    assert maalbar(*words, (day - timedelta(days=3)).isoformat()).returncode == 0


def test_intake_says_what_became_of_the_rows_of_each_delivery(contract, results_database):
    more = "".join(f"p{n};F;1950-01-01;north;2010-01-01;;;;0\n" for n in range(8))
    sha256 = deliver(contract, text=PEOPLE + more + "marta;F;1950-01-01;north;2010-01-01;2022-12-24;;;0\n")
    deliver(contract, "contacts", text=CONTACTS)
    told = maalbar("intake", "tiny", "1").stdout.splitlines()
    assert sorted(line.partition(": ")[2] for line in told[:2]) == [
        f"13 rows in = 12 accepted + 1 set aside; see them: maalbar quarantine tiny {sha256[:12]}",
        "8 rows in = 8 accepted",
    ]
    assert maalbar("quarantine", "tiny", sha256[:12]).stdout.startswith("tiny|population|")
    as_data = json.loads(maalbar("intake", "tiny", "1", "--json").stdout)
    assert {row["rows_in"]: row["quarantined"] for row in as_data["accounts"]} == {13: 1, 8: 0}
    deliver(contract, "surveys", text=SURVEY.splitlines()[1])
    deliver(contract, "services", text="person;service;week_start;hours")
    failed = maalbar("intake", "tiny", "1")
    assert failed.returncode == 4
    assert "13 rows in = 12 accepted + 1 set aside" in failed.stdout
    first, second = failed.stderr.splitlines()
    assert "services-2022-10-15.csv: holds no rows" in first and "surveys-2022-10-15.csv: holds no rows" in second
    assert "intake.html" in second and "intake.html" not in first


def test_rows_set_aside_are_listed_exported_and_let_in(contract, results_database, tmp_path):
    more = "".join(f"p{n};F;1950-01-01;north;2010-01-01;;;;0\n" for n in range(8))
    deliver(contract, text=PEOPLE + more + "marta;F;1950-01-01;north;2010-01-01;2022-12-24;;;0\n")
    intake.take_in("tiny", "1")
    delivery_id = known(contract)[0]["delivery_id"]
    listed = maalbar("quarantine", "tiny")
    assert listed.stdout.splitlines() == [
        delivery_id,
        "  13 rows in = 12 accepted + 1 set aside",
        "  set aside: 1 × resident_to: after the day the delivery describes (rows 13): "
        "correct moved_out, or tell us that it is right; may be released as resident_to.after_as_of",
    ]
    exported = maalbar("quarantine", "tiny", delivery_id, "--export", str(tmp_path / "rows.csv"))
    assert exported.stdout.splitlines()[-1] == f"1 lines for the sender in {tmp_path / 'rows.csv'}"
    words = ("release", "tiny", delivery_id, "--reason-code", "resident_to.after_as_of", "--because", "known ahead")
    assert maalbar(*words).returncode == 2, "nobody has said it"
    let_in = maalbar(*words, "--name", "Rita Region", "--json")
    assert json.loads(let_in.stdout)["rows_released"] == 1
    again = maalbar("quarantine", "tiny")
    assert again.stdout.splitlines()[0] == f"{delivery_id}; another version has taken its place"
    assert "2022-12-24" not in listed.stdout + exported.stdout + let_in.stdout + (tmp_path / "rows.csv").read_text()
