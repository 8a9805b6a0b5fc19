"""What a delivery is beside those before it is told with units, to us in English and to its sender in Danish."""

from __future__ import annotations

from datetime import date

import pytest

from maalbar.documents.history_told import ASKED, HELD, PARTS, asked, held
from transforms.history import codes, volume
from transforms.history.figures import Cell, Figures
from transforms.history.look import Look, Part

EARLIER, NOW = date(2021, 10, 15), date(2022, 10, 15)


def figures(as_of: date, rows: int, **more: dict[str, Cell]) -> Figures:
    """So many rows in all, as many in each of two years of months."""
    months = {f"{year}-{month:02}": Cell(rows, rows, rows) for year in (2019, 2020) for month in range(1, 13)}
    return Figures(as_of, {"all": {"": Cell(rows, rows, rows)}, "month": months, **more})


def looked(name: str) -> Look:
    """A real look at a file with 41 % fewer rows than the one before, whose codes are all others."""
    before, after = figures(EARLIER, 1000, form={"K": Cell(900, 900, 900), "T": Cell(100, 100, 100)}), figures(
        NOW, 590, form={"A": Cell(590, 590, 590)}
    )  # fmt: skip
    made = {
        "volume": lambda: volume.same_time(before, after, date(2019, 1, 1), 0.2),
        "volume_superseded": lambda: volume.same_time(before, after, date(2019, 1, 1), 0.2, "volume_superseded"),
        "volume_last_year": lambda: volume.last_year(before, after, 0.2),
        "codes.form": lambda: codes.drift(
            before, figures(NOW, 590, form={"K": Cell(59, 59, 59), "T": Cell(531, 531, 531)}), "form"
        ),
        "codes_new.form": lambda: codes.come_and_gone(before, after, "form")[0],
        "codes_vanished.form": lambda: codes.come_and_gone(before, after, "form")[1],
    }
    return made[name]()


@pytest.mark.parametrize(
    ("name", "english", "danish"),
    [
        ("volume", "14,160 rows, 24,000 in the delivery of 2021-10-15 (−41 %)",
         "filen har 41 % færre rækker end leverancen for 2021-10-15 for samme tid (14.160 mod 24.000)"),
        ("volume_superseded", "14,160 rows, 24,000 in the file whose place it takes (−41 %)",
         "filen har 41 % færre rækker end den fil, den afløser (14.160 mod 24.000)"),
        ("volume_last_year", "590 rows of the last year, 1,000 of the year before the earlier delivery (−41 %)",
         "filen har 41 % færre rækker for det seneste år end leverancen før havde for sit (590 mod 1.000)"),
        ("codes.form", "the 2 codes of form are used as before",
         "koderne i form bruges helt anderledes end i den forrige leverance"),
        ("codes_new.form", "codes of form that were in no row before stand in 100 % of the rows",
         "koder i form, som ingen række havde før, står i 100 % af rækkerne"),
        ("codes_vanished.form", "codes of form that no row has any more stood in 100 % of the rows",
         "koder i form, som ingen række har mere, stod i 100 % af rækkerne"),
    ],
)  # fmt: skip
def test_a_look_is_told_in_words_with_its_units(tiny, name, english, danish):
    found = looked(name)
    assert found.name == name
    assert held(name, found.figures) == english
    assert asked(name, found.figures, tiny.deliveries["contacts"]) == danish


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_told_with_its_whole_and_a_small_one_without_its_number(tiny, name):
    delivery = tiny.deliveries["contacts"]
    english, danish = PARTS[name]
    many = Part(1200, 4000, 5).look(name, "", 0.0, 0.1, "").figures
    assert held(name, many) == f"1,200 of 4,000 (30 %) {english}"
    assert asked(name, many, delivery) == f"1.200 af 4.000 (30 %) {danish}"
    few = Part(3, 4000, 5).look(name, "", 0.0, 0.1, "").figures
    assert held(name, few) == f"a few of 4,000 {english}"
    assert asked(name, few, delivery) == f"nogle få af 4.000 {danish}"


def test_the_lateness_of_a_register_is_told_in_months(tiny):
    told = {"lag_months": 4, "there": 0.0625, "full_after": "9 months"}
    assert held("late_registration", told) == "6.2 % of the rows of a month are there 4 months after it"
    assert asked("late_registration", told, tiny.deliveries["contacts"]) == (
        "kun 6,2 % af en måneds rækker kan ventes at være registreret 4 måneder efter den"
    )


def test_a_code_is_asked_about_by_the_column_of_the_sender(tiny):
    told = asked("codes_new.priority", {"codes": 1, "share": 0.05}, tiny.deliveries["contacts"])
    assert told == "koder i priority, som ingen række havde før, står i 5,0 % af rækkerne"
    sex = tiny.deliveries["population"].model_copy(update={"columns": {"sex": "KOEN"}})
    assert "i KOEN bruges" in asked("codes.sex", {"codes": 2}, sex)


def test_what_an_older_version_kept_is_told_by_its_name(tiny):
    assert held("volume", {"before": 10}) == "volume"
    assert asked("of_a_new_kind", {}, tiny.deliveries["contacts"]) == "filen afviger meget fra dem, der er kommet før"


def test_whatever_stops_a_file_can_be_asked_about():
    assert set(HELD) - set(ASKED) == {"silent_months", "arms_parted"}, "which stop nothing"
