"""Text of a configuration file to plain values: YAML or JSON, with places for errors and repeated keys as warnings."""

from __future__ import annotations

from collections.abc import Hashable

import orjson
import yaml

from fairlead.model.errors import BadMapping


class _Loader(yaml.SafeLoader):
    """Safe YAML without dates (jq text may look like one) that remembers keys written twice."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.repeated: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    self.repeated.append(f"line {key.start_mark.line + 1}: {key.value!r} is given twice")
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str, source: str) -> tuple[object, tuple[str, ...]]:
    """The document's value and warnings. Text that is neither JSON nor YAML is BadMapping with line and column."""
    if text.lstrip().startswith(("{", "[")):
        try:
            return orjson.loads(text), ()
        except orjson.JSONDecodeError:
            pass  # YAML in flow style looks like this too, and its error has a place
    loader = _Loader
    try:
        opened = loader(text)
        value = opened.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise BadMapping(f"{source}{place}: not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadMapping(f"{source}: not YAML: {error}") from error
    except RecursionError as error:
        raise BadMapping(f"{source}: nested too deep") from error
    return value, tuple(opened.repeated)
