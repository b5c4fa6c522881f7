"""Read the nodes of a YAML text: plain values, the line of each, and duplicate keys as findings.

Anchors, aliases and merges (`<<`) work as in YAML.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from config.faults import Finding, Place

MOST_VALUES = 50_000  # with aliases followed: a small file may unfold into a huge one
DEEPEST = 60  # levels; an alias inside its own value never ends

_PLAIN = "tag:yaml.org,2002:"


def read_nodes(text: str) -> tuple[Any, dict[Place, int], list[Finding]]:
    """Return the one document's value (None if empty), the line of each place, and findings.

    Raises yaml.MarkedYAMLError or its ReaderError for what is not YAML, and RecursionError for
    what is nested too deeply or unfolds without end.
    """
    loader = yaml.SafeLoader(text)
    node = loader.get_single_node()
    if node is None:
        return None, {}, []
    reader = _NodeReader(loader)
    return reader.value(node, ()), reader.lines, reader.findings


class _NodeReader:
    """Turns nodes into values; what cannot be turned becomes a finding and None."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._count = 0
        self.lines: dict[Place, int] = {}
        self.findings: list[Finding] = []

    def value(self, node: Node, place: Place) -> Any:
        self._count += 1
        if self._count > MOST_VALUES or len(place) > DEEPEST:
            raise RecursionError
        if isinstance(node, ScalarNode):
            return self._scalar(node, place)
        if node.tag not in (_PLAIN + "map", _PLAIN + "seq"):
            self._unknown_tag(node, place)
        if isinstance(node, SequenceNode):
            return [self._at(item, (*place, i), item) for i, item in enumerate(node.value)]
        assert isinstance(node, MappingNode)
        return self._mapping(node, place)

    def _at(self, node: Node, place: Place, begins: Node) -> Any:
        self.lines[place] = _line(begins)
        return self.value(node, place)

    def _mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        merges = [value for key, value in node.value if key.tag == _PLAIN + "merge"]
        values = self._merged(merges, place)
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, place)
            if key is None:
                continue
            if key in first:
                text = f"the key is given twice, first on line {first[key]}; keep one of them"
                self.findings.append(Finding((*place, key), text, _line(key_node)))
                continue
            first[key] = _line(key_node)
            values[key] = self._at(value_node, (*place, key), key_node)
        return values

    def _merged(self, merges: list[Node], place: Place) -> dict[str, Any]:
        """Return what `<<` brings in; of several mappings the earlier one wins, as in YAML."""
        values: dict[str, Any] = {}
        for merge in merges:
            for part in merge.value if isinstance(merge, SequenceNode) else [merge]:
                if isinstance(part, MappingNode):
                    values = {**self._mapping(part, place), **values}
                else:
                    text = "<< takes in a mapping; write <<: *name of one further up"
                    self.findings.append(Finding(place, text, _line(part)))
        return values

    def _key(self, node: Node, place: Place) -> str | None:
        """Return a key; None for a merge and, as a finding, for what is no text."""
        if node.tag == _PLAIN + "merge":
            return None
        if isinstance(node, ScalarNode) and node.tag == _PLAIN + "str":
            return str(node.value)
        if isinstance(node, ScalarNode):
            text = f'{node.value} is no text to YAML; as a key, write "{node.value}" in quotes'
        else:
            text = "a list or mapping cannot be a key; put the text in quotes"
        self.findings.append(Finding(place, text, _line(node)))
        return None

    def _scalar(self, node: ScalarNode, place: Place) -> Any:
        try:
            return self._loader.construct_object(node)
        except yaml.constructor.ConstructorError:
            self._unknown_tag(node, place)
        except ValueError:
            text = f'"{node.value[:20]}" is no date or number that exists; correct it'
            self.findings.append(Finding(place, text, _line(node)))
        return None

    def _unknown_tag(self, node: Node, place: Place) -> None:
        tag = node.tag.replace(_PLAIN, "!!")
        text = f"the tag {tag} means nothing here; write the value without it"
        self.findings.append(Finding(place, text, _line(node)))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
