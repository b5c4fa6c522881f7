"""What the layout keeps to in light and in dark."""

import re

import pytest

from tests.unit.email_templates.samples import TEMPLATES

# The colours are read from the layout, so that a new shade cannot pass unnoticed.
PAIRS = [
    (".sheet", ".sheet"),
    ("h1", ".sheet"),
    ("a", ".sheet"),
    ("a", ".foot"),
    (".foot", ".foot"),
    (".trial", ".trial"),
    ("a.button", "a.button"),
]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def colour_of(css: str, selector: str, what: str) -> str:
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", css)
    bodies = [body for names, body in rules if selector in re.split(r"\s*,\s*", names.strip())]
    found = re.findall(rf"(?:^|[;\s]){what}: (#[0-9a-f]{{6}})", " ".join(bodies))
    return str(found[-1])


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_the_contrast_is_enough_in_both_modes(mode: str, text: str, ground: str) -> None:
    """WCAG 2.2 AA asks for 4.5 to 1."""
    css = (TEMPLATES / "layout.css").read_text("utf-8")
    light, _, rest = css.partition("@media (max-width")
    dark = rest.partition("@media (prefers-color-scheme: dark) {")[2]
    sheet = light if mode == "light" else dark
    shades = (
        luminance(colour_of(sheet, text, "color")),
        luminance(colour_of(sheet, ground, "background-color")),
    )

    assert (max(shades) + 0.05) / (min(shades) + 0.05) >= 4.5
