"""Deliveries in which every column holds values that stand nowhere else, to be looked for wherever anything is written."""

from __future__ import annotations

PERSONS = tuple(f"zqx7person{n:02}" for n in range(24))
AREAS = ("north", "east", "south", "west")


def _file(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def _person(n: int, born: str = "1947-11-01", area: str = "", moved_in: str = "1993-11-17", died: str = "") -> str:
    return f"{PERSONS[n]};F;{born};{area or AREAS[n % 4]};{moved_in};;{died};;0"


def _contact(n: int, ended: str = "2021-11-13 14:41", mark: str = "zqx7freetext") -> str:
    return f"{PERSONS[n % 24]};zqx7contact{n:03};2021-11-13 13:37;{ended};ATA1;ALCA00;wqx7unit;{mark}"


PEOPLE = _file(
    "person;sex;born;area;moved_in;moved_out;died;emigrated;care_home",
    *(_person(n) for n in range(22)),
    _person(21),  # the same row again: collapsed
    _person(22, area="zqx7area"),
    _person(23, died="1907-11-19"),  # before the birth: set aside
)
CONTACTS = _file(
    "person;contact;began;ended;priority;form;unit;system",
    *(_contact(n) for n in range(40)),
    _contact(40, mark="Ja"),  # taken back: cancelled
    _contact(41, ended="2021-11-13 12:59"),  # set aside
)
BILLED = _file("person;contact;week;specialty;form", *(f"{p};zqx7billed{p[-2:]};2147;809731;K" for p in PERSONS))
BENEFITS = _file("person;y_2146;y_2147", *(f"{p};wqx7benefit;wqx7benefit" for p in PERSONS))
SERVICES = _file(
    "person;service;week_start;hours",
    *(f"{p};wqx7service;2021-11-15;7919,37" for p in PERSONS),
    f"{PERSONS[0]};wqx7service;2021-11-22;-7919,37",  # set aside
)
SURVEY = _file("person;answered;mode;proxy;satisfaction;hl1;hl2", *(f"{p};2021-11-18;W;0;7;;" for p in PERSONS))
CLAIMS = _file(
    "plan;person;kind;agreed;state", *(f"zqx7plan{p[-2:]};{p};action_plans;2021-11-24;verified" for p in PERSONS)
)
SOURCES = {"population": PEOPLE, "contacts": CONTACTS, "billed": BILLED, "benefits": BENEFITS, "services": SERVICES,
           "surveys": SURVEY, "claims": CLAIMS}  # fmt: skip
REFUSED = {
    "drifted": PEOPLE.replace(";area;", ";zqx7column77777;").replace("sex", "gender"),
    "ragged": PEOPLE.replace("zqx7person05;", "zqx7person05;zqx7ragged;"),
    "quoted": PEOPLE.replace("zqx7person05;", 'zqx7person05"zqx7quoted;'),
    "cpr": PEOPLE.replace("zqx7area", "zqx7area 131147-1234"),
    "mail": PEOPLE.replace("zqx7area", "zqx7person@example.org"),
    "recoded": PEOPLE.replace(";F;", ";zqx7code;", 5),
    "unread": PEOPLE.replace("1993-11-17", "zqx7day"),
}
"""What is wrong → the people with that fault; each is refused, with its markers in the row that is at fault."""
SHARED = "wqx7"
"""Begins the codes that all persons share. How many persons have a code is a figure of a delivery, unless they are few."""
MARKERS = (
    "zqx7",  # begins every id, every area and free text
    SHARED,
    "131147", "1947-11-01", "1993-11-17", "1907-11-19", "2021-11-13", "2021-11-15", "2021-11-22", "2021-11-18", "2021-11-24",
    "7919,37", "7919.37", "791937", "809731", "7_919", "7.919,37",
)  # fmt: skip
