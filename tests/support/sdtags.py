"""The `!sd` tags of the SD-JWT test inputs, read as our own marks."""

from typing import Any

import yaml

from credential.sdjwt import Disclosable


class _Marked:
    """What stood behind an `!sd`, as a key, a value or an element."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Loader(yaml.SafeLoader):
    pass


def _construct(loader: yaml.SafeLoader, node: yaml.Node) -> _Marked:
    if isinstance(node, yaml.ScalarNode):
        plain = node.style is None
        tag = loader.resolve(yaml.ScalarNode, node.value, (plain, not plain))
        return _Marked(loader.construct_object(yaml.ScalarNode(tag, node.value)))
    if isinstance(node, yaml.SequenceNode):
        return _Marked(loader.construct_sequence(node, deep=True))
    return _Marked(loader.construct_mapping(node, deep=True))


_Loader.add_constructor("!sd", _construct)


def load(text: str) -> Any:
    """The document with `Disclosable` wherever `!sd` stood."""
    return _marks(yaml.load(text, _Loader))


def _marks(value: Any) -> Any:
    if isinstance(value, dict):
        made = {}
        for key, member in value.items():
            if isinstance(key, _Marked):
                made[str(key.value)] = Disclosable(_marks(member))
            else:
                made[key] = _marks(member)
        return made
    if isinstance(value, list):
        return [_marks(element) for element in value]
    return Disclosable(_marks(value.value)) if isinstance(value, _Marked) else value


def plain(value: Any) -> Any:
    """The same document with everything in the open."""
    if isinstance(value, Disclosable):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    return [plain(element) for element in value] if isinstance(value, list) else value
