"""Where the values of a YAML text stand: looked up only when there is something to say about them."""

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from simulator.scenario.checks.findings import Loc
from simulator.scenario.format.section import fold
from simulator.scenario.reading.yaml_text import compose


class YamlPlaces:
    """The places of all values of a text that can be read."""

    def __init__(self, text: str) -> None:
        self._tree = compose(text)
        self._paired: dict[int, dict[str, tuple[Node, Node]]] = {}

    def of(self, loc: Loc) -> tuple[int, int]:
        """Return line and column, from 0, of the key or item at the end of `loc`, or of its nearest ancestor."""
        node = self._tree
        if node is None:
            return 0, 0
        mark = node.start_mark
        for part in loc:
            if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                mark = node.start_mark
            elif isinstance(node, MappingNode):
                pairs = self._pairs(node)
                pair = pairs.get(str(part)) or pairs.get(fold(str(part)))
                if pair is not None:
                    mark, node = pair[0].start_mark, pair[1]
        return mark.line, mark.column

    def _pairs(self, node: MappingNode) -> dict[str, tuple[Node, Node]]:
        """Return the keys and values of a mapping by key, as it is written and folded; each is walked once."""
        known = self._paired.get(id(node))
        if known is None:
            known = {str(key.value): (key, value) for key, value in reversed(node.value)}
            for key, value in node.value:
                known.setdefault(fold(str(key.value)), (key, value))
            self._paired[id(node)] = known
        return known
