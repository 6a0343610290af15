"""What the keys of a mapping mean: the sentences under the attributes of its type, read from the source when asked for.

They are written once, where a key is declared; the schema, the table of keys and the reference are made from them.
Reading sources takes longer than a command line may, so nothing is read before somebody asks.
"""

import ast
import inspect
import sys
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simulator.quantities import CountedIn

Kind = TypeVar("Kind")


def marked(field: FieldInfo, kind: type[Kind]) -> Kind | None:
    """Return the mark of a kind that the annotation of a key has, inside of lists and unions too."""
    return _marked((*field.metadata, field.annotation), kind)


def _marked(parts: tuple[Any, ...], kind: type[Kind]) -> Kind | None:
    for part in parts:
        found = part if isinstance(part, kind) else _marked(get_args(part), kind)
        if found is not None:
            return found
    return None


@cache
def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return what is written under the attributes of a type, those that it inherits included."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if part.__module__.startswith(__package__):
            found |= _documented(part.__module__).get(part.__name__, {})
    return found


def meaning_of(model: type[BaseModel], name: str) -> str:
    """Return what the attribute of a type means; empty where nothing is written.

    A key that may hold one word only, such as an operation's name, means what its type does.
    """
    if name in meanings(model):
        return meanings(model)[name]
    words = get_args(model.model_fields[name].annotation)
    names_its_form = [type(word) for word in words] == [str]
    return _joined(inspect.getdoc(model) or "").partition("\n")[0] if names_its_form else ""


def describe(model: type[BaseModel], schema: dict[str, Any]) -> None:
    """Write into the JSON Schema of a type what each of its keys means, its unit, and the form of its values."""
    for name, field in model.model_fields.items():
        written = schema.get("properties", {}).get(field.alias or name)
        if written is not None:
            unit = marked(field, CountedIn)
            form = unit.name if unit else written.get("description")
            meaning = meaning_of(model, name)
            written["description"] = f"{meaning} ({form})" if form else meaning


@cache
def _documented(module: str) -> dict[str, dict[str, str]]:
    """Return the sentences under attributes by class and attribute; nothing where a module comes without its source."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:
        return {}
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name: _under_attributes(node) for node in classes}


def _under_attributes(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for one, following in zip(node.body, node.body[1:], strict=False):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and isinstance(following, ast.Expr):
            value = following.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[one.target.id] = _joined(value.value)
    return found


def _joined(text: str) -> str:
    """Return a text of several lines as one line for each paragraph."""
    return "\n".join(" ".join(part.split()) for part in text.split("\n\n"))
