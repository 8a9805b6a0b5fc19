"""The HTML of a statement is for everyone (WCAG 2.2, AA): aloud, by keyboard, enlarged, narrow, in print, and with no network."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from maalbar.documents import drawing
from maalbar.documents.html import TEMPLATES, render_html
from maalbar.documents.sections import statement_document
from maalbar.documents.statement import drawings

from .made_up import DSI, corrected, in_english

FACTS = {"da": corrected(rehearsal_years=-6), "en": in_english(corrected(rehearsal_years=-6))}
CSS = (TEMPLATES / "statement.css").read_text(encoding="utf-8")
TEXT, GRAPHIC = 4.5, 3.0
"""The least contrast of small text (1.4.3), and of what a chart is read from (1.4.11)."""


class Page(HTMLParser):
    """The elements of a page in order, each with its attributes, the elements around it, and the text straight in it."""

    VOID = {"meta", "br", "hr", "img", "input", "link", "path", "rect", "line"}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.elements.append((tag, held, tuple(name for name, _ in self._open)))
        if tag not in self.VOID:
            self._open.append((tag, held.get("lang") or (self._open[-1][1] if self._open else "")))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(name for name, _ in self._open)))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and self._open and self._open[-1][0] not in ("style", "title"):
            self.texts.append((data, self._open[-1][1]))


def html(facts) -> str:
    return render_html(statement_document(facts), drawings(facts)).decode()


PAGES = {language: html(facts) for language, facts in FACTS.items()}
READ = {language: Page(page) for language, page in PAGES.items()}
both = pytest.mark.parametrize("page", READ.values(), ids=READ.keys())


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` or `#rgb`, by WCAG 2."""
    bare = colour.lstrip("#")
    whole = bare if len(bare) == 6 else "".join(2 * digit for digit in bare)
    parts = [int(whole[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_of_black_on_white_and_of_a_published_grey_are_as_the_standard_has_them():
    # W3C names 21:1 for black on white, and #767676 as the lightest grey that reaches 4.5:1 on white.
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")


NAMED = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", CSS))


def test_every_colour_of_a_text_is_legible_on_every_ground_it_may_stand_on():
    inks = {NAMED[name] for name in re.findall(r"(?<![-\w])color: var\(--(\w+)\)", CSS)}
    grounds = set(re.findall(r"background: (#[0-9a-f]{3,6})", CSS)) | {NAMED["faint"]}
    assert len(inks) == 3 and len(grounds) >= 3
    assert {
        (ink, ground): contrast(ink, ground) for ink in inks for ground in grounds if contrast(ink, ground) < TEXT
    } == {}
    assert not re.findall(r"(?<![-\w])color: (?!var)", CSS), "every colour of a text is one of the named"


def test_every_colour_of_a_drawing_is_legible_on_white_and_on_its_bands():
    grounds = ("#ffffff", drawing.FAINT)
    assert all(contrast(drawing.INK, ground) >= TEXT and contrast(drawing.SOFT, ground) >= TEXT for ground in grounds)
    for facts in FACTS.values():
        for svg in drawings(facts).values():
            texts = re.findall(r"<text [^>]*fill=\"(#[0-9a-f]+)\"", svg)
            assert texts and all(contrast(colour, ground) >= TEXT for colour in texts for ground in grounds)
            marks = {
                colour
                for shape in re.findall(r"<(?:path|line) [^>]*>", svg)
                for colour in re.findall(r"#[0-9a-f]{6}", shape)
            }
            assert drawing.INK in marks and contrast(drawing.INK, "#ffffff") >= GRAPHIC
            assert {c for c in marks if contrast(c, "#ffffff") < GRAPHIC} <= {"#e3e6e8", drawing.FAINT, "#ffffff"}, (
                "but the grid"
            )


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_in_its_language_and_names_are_danish_in_both(language):
    page = READ[language]
    assert page.elements[0] == ("html", {"lang": language}, ())
    named = {lang for text, lang in page.texts if text.strip() == DSI}
    assert named == {"da"}
    if language == "en":
        spoken = [(text, lang) for text, lang in page.texts if DSI in text]
        assert spoken and {lang for _, lang in spoken} == {"da"}, "a name inside a sentence too"
        assert ("p", "en") in {(tag, "en") for tag, _, _ in page.elements}


@both
def test_headings_go_down_one_step_at_a_time(page):
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@both
def test_every_table_has_a_caption_and_every_heading_of_it_a_scope(page):
    tables = sum(tag == "table" for tag, _, _ in page.elements)
    assert tables == sum(tag == "caption" for tag, _, _ in page.elements) > 10
    assert {attrs.get("scope") for tag, attrs, _ in page.elements if tag == "th"} == {"col", "row", "colgroup"}
    assert all("table" in around for tag, _, around in page.elements if tag in ("th", "td"))


@both
def test_every_drawing_has_words_and_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(page):
    shown = [attrs for tag, attrs, _ in page.elements if tag == "svg"]
    titles = {attrs["id"] for tag, attrs, _ in page.elements if tag == "title" and "id" in attrs}
    assert len(shown) == 3 and {attrs["aria-labelledby"] for attrs in shown} == titles
    scrolling = [attrs for tag, attrs, _ in page.elements if tag == "figure" or attrs.get("class") == "scroll"]
    assert scrolling and all(attrs["tabindex"] == "0" and attrs["aria-label"] and attrs["role"] for attrs in scrolling)


@both
def test_the_first_link_skips_to_the_nine_lines_and_focus_is_seen(page):
    links = [attrs for tag, attrs, _ in page.elements if tag == "a"]
    assert links == [{"class": "skip", "href": "#page-one"}]
    assert [attrs["tabindex"] for _, attrs, _ in page.elements if attrs.get("id") == "page-one"] == ["-1"]
    assert next(tag for tag, attrs, _ in page.elements if tag == "a" or attrs.get("tabindex")) == "a"
    assert ":focus-visible { outline: 3px solid var(--ink)" in CSS and contrast(NAMED["ink"], "#fff") >= GRAPHIC


@both
def test_no_id_stands_twice_and_every_reference_is_met(page):
    ids = [str(attrs["id"]) for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(a["aria-labelledby"]) for _, a, _ in page.elements if "aria-labelledby" in a} <= set(ids)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_browser_is_told_to_fetch_and_run_nothing(page):
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules == {
        "default-src": "'none'", "style-src": "'unsafe-inline'", "img-src": "data:", "base-uri": "'none'",
        "form-action": "'none'",
    }  # fmt: skip
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<body>")
    assert "<script" not in page and not re.search(r"\son\w+=", page)


@pytest.mark.parametrize("language", PAGES)
def test_on_a_narrow_screen_the_page_itself_does_not_scroll_sideways(language, tmp_path):
    """In a real browser, 320 px wide; what is wide by nature (a table, a chart) scrolls in its own box."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("no Chromium here")
    # The measure is taken by a page around it, for the statement itself lets nothing run.
    inner = tmp_path / "statement.html"
    inner.write_text(PAGES[language], encoding="utf-8")
    outer = tmp_path / "around.html"
    outer.write_text(
        '<!DOCTYPE html><iframe style="width:320px;height:900px;border:0" src="statement.html"></iframe><p id="told"></p>'
        "<script>onload=()=>{const d=document.querySelector('iframe').contentDocument.documentElement;"
        "document.getElementById('told').textContent=`${d.clientWidth} ${d.scrollWidth}`}</script>",
        encoding="utf-8",
    )
    told = _dumped(browser, outer, tmp_path)
    found = re.search(r'<p id="told">(\d+) (\d+)</p>', told)
    assert found is not None, told[-300:]
    wide, needed = map(int, found.groups())
    assert 290 <= wide <= 320 and needed <= wide


def _dumped(browser: str, page: Path, folder: Path) -> str:
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--disable-web-security",
        f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
