"""What of a file cannot be read at all, and what PyYAML would have hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_programme import SMALL, faults_of, small_with

from config.faults import ProgrammeFault
from config.yaml_source import read_yaml

UNREADABLE = {
    "an empty file": (
        "",
        ": the file is empty; it begins with a key and its value, such as title: ATS.",
    ),
    "a file of comments": (
        "# nothing yet\n",
        ": the file is empty; it begins with a key and its value, such as title: ATS.",
    ),
    "a list": (
        "- ats\n",
        ": the file is a list or a single value; it begins with a key, such as title: ATS.",
    ),
    "a single value": (
        "hello",
        ": the file is a list or a single value; it begins with a key, such as title: ATS.",
    ),
    "a binary file": (
        b"PK\x03\x04\x00\x00",
        ": this is no text file; give a YAML file saved as UTF-8.",
    ),
    "a file in another encoding": (
        b"title: A\nabout: caf\xe9\n",
        ", line 2: a character here is not UTF-8; save the file as UTF-8.",
    ),
    "a control character": (
        "title: A\nabout: \x07\n",
        ", line 2: the control character U+0007 stands here; delete it.",
    ),
    "a huge file": (
        "# " + "x" * 1_000_000,
        ": the file is larger than 1 MB; such a file has a few hundred lines.",
    ),
    "an open bracket": (
        "a: [1\nb: 2\n",
        ", line 1: a [ opens here, and its ] or a comma inside it is missing; add it.",
    ),
    "an open brace": (
        "a: 1\nb: {c: 2\nd: 3\n",
        ", line 2: a { opens here, and its } or a comma inside it is missing; add it.",
    ),
    "a line that stands out": (
        "a:\n  b: 1\n c: 2\n",
        (
            ", line 3: this is not YAML (expected <block end>, but found '<block mapping start>'); "
            "look for a missing quote, bracket, colon or space here or just above."
        ),
    ),
    "a text with a colon": (
        "title: ATS: the year\n",
        (
            ", line 1: a colon stands where no key can be; "
            "put the text in quotes, or check the indentation and the line above."
        ),
    ),
    "a line without a colon": (
        "title: ATS\nshort\nprogramme: ats\n",
        (
            ", line 2: a colon is missing here; "
            "write key: value, and put a text of several words in quotes."
        ),
    ),
    "an open quotation mark": (
        "title: 'ATS\nshort: A\n",
        ", line 1: a quotation mark opens here and is never closed; close it.",
    ),
    "a text that begins with a sign": (
        "title: @ATS\n",
        ", line 1: a text cannot begin with @; put it in quotes.",
    ),
    "an alias of nothing": (
        "at: *noon\n",
        ", line 1: the alias *noon stands for nothing; mark its value with &noon further up.",
    ),
    "an anchor given twice": (
        "a: &x 1\nb: &x 2\n",
        ", line 2: the anchor &x is given twice; give each a name of its own.",
    ),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        ", line 2: a second document begins here (---); a file holds one.",
    ),
    "brackets without end": (
        "a: " + "[" * 2000 + "]" * 2000,
        ": the file is nested too deeply, or an alias (*) holds itself; write it flatter.",
    ),
    "an alias that holds itself": (
        "a: &a [*a]\n",
        ": the file is nested too deeply, or an alias (*) holds itself; write it flatter.",
    ),
    "a small file that unfolds into a huge one": (
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n"
            for a, b in zip("abcde", "bcdef", strict=True)
        ),
        ": the file is nested too deeply, or an alias (*) holds itself; write it flatter.",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_refused_with_one_sentence(
    text: str | bytes, sentence: str, tmp_path: Path
) -> None:
    assert faults_of(text, tmp_path) == f"small.yaml{sentence}"


def test_every_line_that_is_indented_by_a_tab_is_told(tmp_path: Path) -> None:
    assert faults_of("a:\n\tb: 1\nc: x\ty\nd:\n  \te: 2\n", tmp_path).splitlines() == [
        "small.yaml, line 2: a tab stands here; YAML wants spaces.",
        "small.yaml, line 5: a tab stands here; YAML wants spaces.",
    ]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeFault) as fault:
        read_yaml(tmp_path / "nowhere.yaml")
    assert fault.value.faults == ["nowhere.yaml: there is no such file; check its name and folder."]


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeFault) as fault:
        read_yaml(tmp_path)
    assert fault.value.faults == [f"{tmp_path.name}: this is a folder; name a file in it."]


def test_a_key_given_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    text = small_with("    minutes: 60\n", "    minutes: 60\n    minutes: 45\n")
    assert faults_of(text, tmp_path) == (
        "small.yaml, line 23, webinars[0].minutes: the key is given twice, first on line 22; "
        "keep one of them."
    )


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "1", "2026-10-05"])
def test_a_key_that_yaml_takes_for_something_else_is_told(word: str, tmp_path: Path) -> None:
    assert faults_of(small_with("cases: {", f"cases: {{{word}: Title, "), tmp_path) == (
        f"small.yaml, line 48, cases: {word} is no text to YAML; "
        f'as a key, write "{word}" in quotes.'
    )


def test_a_list_as_a_key_is_told(tmp_path: Path) -> None:
    assert faults_of(small_with("cases: {", "cases: {[a]: Title, "), tmp_path) == (
        "small.yaml, line 48, cases: a list or mapping cannot be a key; put the text in quotes."
    )


def test_a_tag_is_told_and_nothing_is_made_of_it(tmp_path: Path) -> None:
    text = small_with("short: SMALL", "short: !!python/object/apply:os.getcwd []")
    assert faults_of(text, tmp_path) == (
        "small.yaml, line 3, short: the tag !!python/object/apply:os.getcwd means nothing here; "
        "write the value without it."
    )


def test_a_merge_of_something_else_than_a_mapping_is_told(tmp_path: Path) -> None:
    assert faults_of(small_with("cases: {", "cases: {<<: [1], "), tmp_path) == (
        "small.yaml, line 48, cases: << takes in a mapping; write <<: *name of one further up."
    )


def test_anchors_aliases_and_merges_work_as_in_yaml(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\nd: {<<: [{x: 7}, *a]}\n")
    assert read_yaml(path).data == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 2},
        "c": {"x": 1, "y": 3},
        "d": {"x": 7, "y": 2},
    }


@pytest.mark.parametrize(
    "text", [b"\xef\xbb\xbf" + SMALL.encode(), SMALL.replace("\n", "\r\n")], ids=["BOM", "CRLF"]
)
def test_a_file_saved_on_windows_is_read(text: str | bytes, tmp_path: Path) -> None:
    assert faults_of(text, tmp_path) == "none"
