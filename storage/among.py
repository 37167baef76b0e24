"""`column IN (…)` whose list is one parameter, so that the statement is the same however long the list is.

An IN list has a parameter a value: each length of it is another statement, which SQLAlchemy writes and SQLite
prepares anew. For a hundred values that takes thirty times as long as looking them up.
https://docs.sqlalchemy.org/en/20/core/compiler.html
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Dialect, Integer, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from storage.json_columns import json_text


def among(column: InstrumentedAttribute[Any], values: str) -> ColumnElement[bool]:
    """Return the condition that a column of numbers or texts has one of the values of parameter `values`."""
    return _Among(column, bindparam(values, type_=_List(isinstance(column.type, Integer))))


class _List(TypeDecorator[Collection[Any]]):
    """Numbers or texts as one value: JSON for SQLite, an array for PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, numbers: bool):
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        array: TypeEngine[Any] = ARRAY(BigInteger() if self.numbers else Text())
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else array)

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """Return the values as the database takes them."""
        assert value is not None
        return json_text(list(value)) if dialect.name == "sqlite" else list(value)


class _Among(FunctionElement[bool]):
    """Of no type: SQLAlchemy would compare a Boolean with 1 for SQLite, which then searches no index."""

    inherit_cache = True


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({values})"
