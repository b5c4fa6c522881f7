"""Damages a good roster in the ways that exports, e-mail and people do; seeded."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass

from openpyxl import Workbook

Rows = list[list[str]]
BLANKS = " \t\r\n\u00a0\u200b\ufeff"


@dataclass(frozen=True)
class Mutant:
    """A damaged file; `rows` are its data rows by independent count, None: nobody can tell."""

    name: str
    data: bytes
    rows: int | None


def mutate(rows: Rows, *, seed: int) -> Mutant:
    """Return the file of these rows (the headers first) with one to three things wrong."""
    chance = random.Random(seed)
    rows = [list(row) for row in rows]
    names = []
    for change in chance.sample(CELLS, chance.randint(0, 2)):
        change(rows, chance)
        names.append(change.__name__)
    filled = [row for row in rows if any(cell.strip(BLANKS) for cell in row)]
    write = chance.choice(WRITERS)
    data = write(rows, chance)
    names.append(write.__name__)
    countable = True
    if len(names) == 1 or chance.random() < 0.25:
        damage = chance.choice(BYTES)
        data = damage(data, chance)
        names.append(damage.__name__)
        countable = False
    return Mutant(" + ".join(names), data, len(filled) - 1 if countable else None)


def some(rows: Rows, chance: random.Random) -> list[list[str]]:
    body = rows[1:]
    return chance.sample(body, min(len(body), chance.choice((1, 2, 5, len(body)))))


def shift_right(rows: Rows, chance: random.Random) -> None:
    for row in some(rows, chance):
        row.insert(chance.randrange(len(row)), "")


def shift_left(rows: Rows, chance: random.Random) -> None:
    for row in some(rows, chance):
        del row[chance.randrange(len(row))]


def swap_cells(rows: Rows, chance: random.Random) -> None:
    for row in some(rows, chance):
        one, other = chance.randrange(len(row)), chance.randrange(len(row))
        row[one], row[other] = row[other], row[one]


def swap_between_rows(rows: Rows, chance: random.Random) -> None:
    place = chance.randrange(len(rows[0]))
    for row in some(rows, chance):
        other = chance.choice(rows[1:])
        if place < min(len(row), len(other)):
            row[place], other[place] = other[place], row[place]


def repeat_rows(rows: Rows, chance: random.Random) -> None:
    for row in some(rows, chance):
        rows.insert(chance.randint(1, len(rows)), list(row))


def repeat_headers(rows: Rows, chance: random.Random) -> None:
    rows.insert(chance.randint(1, len(rows)), list(rows[0]))


def lose_rows(rows: Rows, chance: random.Random) -> None:
    del rows[chance.randint(1, len(rows)) : chance.randint(1, len(rows))]


def lose_headers(rows: Rows, chance: random.Random) -> None:
    del rows[0]


def lose_column(rows: Rows, chance: random.Random) -> None:
    place = chance.randrange(len(rows[0]))
    for row in rows:
        del row[place : place + 1]


def move_columns(rows: Rows, chance: random.Random) -> None:
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    for row in rows:
        row[:] = [row[place] if place < len(row) else "" for place in order]


def rename_header(rows: Rows, chance: random.Random) -> None:
    rows[0][chance.randrange(len(rows[0]))] = chance.choice(("", "Notes", "email", "cohort"))


def restyle_headers(rows: Rows, chance: random.Random) -> None:
    rows[0][:] = [header.replace("_", chance.choice(" -_")).title() for header in rows[0]]


def merge_headers(rows: Rows, chance: random.Random) -> None:
    place = chance.randrange(len(rows[0]) - 1)
    rows[0][place : place + 2] = [f"{rows[0][place]} {rows[0][place + 1]}", ""]


def add_title(rows: Rows, chance: random.Random) -> None:
    rows.insert(0, ["Roster of cohort 2026-10", *[""] * (len(rows[0]) - 1)])


def blank_rows(rows: Rows, chance: random.Random) -> None:
    for _ in range(5):
        rows.insert(chance.randint(1, len(rows)), [" "] * chance.randint(0, 13))


def spoil_cells(rows: Rows, chance: random.Random) -> None:
    for row in some(rows, chance):
        row[chance.randrange(len(row))] = chance.choice(SPOILT)


def pad_cells(rows: Rows, chance: random.Random) -> None:
    for row in some(rows, chance):
        place = chance.randrange(len(row))
        row[place] = chance.choice((" ", "\u00a0", "\u200b", "\ufeff")) + row[place] + "\u00a0 "


def dirty_cells(rows: Rows, chance: random.Random) -> None:
    for row in some(rows, chance):
        place = chance.randrange(len(row))
        at = chance.randint(0, len(row[place]))
        mark = chance.choice(("\x07", "\x1b", "\u202e", "\u2066", "\ufffd", "\n", "\t", "\x85"))
        row[place] = row[place][:at] + mark + row[place][at:]


def change_case(rows: Rows, chance: random.Random) -> None:
    for row in some(rows, chance):
        row[:] = [chance.choice((cell.upper(), cell.lower())) for cell in row]


SPOILT = (
    "", "-", "N/A", "#REF!", "0", "31/02/2026", "05/13/2026", "46300", "2026-10-05", "5/10/26",
    "<b>bold</b>", "=1+1", "'; DROP TABLE person; --", "x" * 300, "أحمد", "2025-10", "england",
    "ada@riverside.example", "Ada <ada@x.example>", "a@b", "P0001", "M0001", "M9001", "NI", "😀",
)  # fmt: skip
CELLS: list[Callable[[Rows, random.Random], None]] = [
    shift_right, shift_left, swap_cells, swap_between_rows, repeat_rows, repeat_headers, lose_rows,
    lose_headers, lose_column, move_columns, rename_header, restyle_headers, merge_headers,
    add_title, blank_rows, spoil_cells, pad_cells, dirty_cells, change_case,
]  # fmt: skip


def as_text(rows: Rows, delimiter: str = ",", end: str = "\r\n") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    return file.getvalue()


def comma_utf8(rows: Rows, chance: random.Random) -> bytes:
    return as_text(rows, end=chance.choice(("\n", "\r\n"))).encode()


def semicolon_mark(rows: Rows, chance: random.Random) -> bytes:
    return as_text(rows, delimiter=";").encode("utf-8-sig")


def tab_utf16(rows: Rows, chance: random.Random) -> bytes:
    return as_text(rows, delimiter="\t").encode(chance.choice(("utf-16", "utf-16-le")))


def windows(rows: Rows, chance: random.Random) -> bytes:
    return as_text(rows, delimiter=";").encode("cp1252", errors="replace")


def garbled(rows: Rows, chance: random.Random) -> bytes:
    return as_text(rows).encode().decode("cp1252", errors="replace").encode()


def workbook(rows: Rows, chance: random.Random) -> bytes:
    book = Workbook()
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row, 1):
            legal = "".join(letter for letter in cell if letter >= " " or letter in "\t\n")
            book.active.cell(number, place).value = legal or None
            book.active.cell(number, place).data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


WRITERS = [comma_utf8, comma_utf8, semicolon_mark, tab_utf16, windows, garbled, workbook]


def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def break_quotes(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        data = data[:at] + b'"' + data[at:]
    return data


def flip_bytes(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def lose_piece(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randint(1, 200) :]


def double_piece(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[: at + chance.randint(1, 200)] + data[at:]


def mix_line_ends(data: bytes, chance: random.Random) -> bytes:
    return b"".join(line + chance.choice((b"\n", b"\r", b"\r\n")) for line in data.splitlines())


def strew_nothing(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes(chance.randint(1, 9)) + data[at:]


def prefix_page(data: bytes, chance: random.Random) -> bytes:
    return b"<html><body><table>" + data


BYTES = [
    cut_off, break_quotes, flip_bytes, lose_piece, double_piece, mix_line_ends, strew_nothing,
    prefix_page,
]  # fmt: skip
