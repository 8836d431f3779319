"""Everything that is raised on purpose has one base, with a code for programs and a text for people."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import loket
from loket.exceptions import Collision, LoketError, Refused


def subclasses(kind: type[LoketError]) -> list[type[LoketError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in subclasses(child))]


def all_errors() -> list[type[LoketError]]:
    for module in pkgutil.walk_packages(loket.__path__, "loket."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)
    return subclasses(LoketError)


def test_no_exception_of_ours_is_outside_the_base() -> None:
    all_errors()
    ours = [kind for kind in subclasses_of_exception() if kind.__module__.startswith("loket.")]
    allowed = {"FirstThis"}  # a redirect that the web framework understands
    assert [kind for kind in ours if not issubclass(kind, LoketError) and kind.__name__ not in allowed] == []


def subclasses_of_exception(kind: type[BaseException] = Exception) -> list[type[BaseException]]:
    return [below for child in kind.__subclasses__() for below in [child, *subclasses_of_exception(child)]]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in all_errors()]
    assert len(codes) == len(set(codes)), sorted(code for code in codes if codes.count(code) > 1)


def test_the_text_of_a_case_is_what_people_read() -> None:
    error = Refused("Typ eerst uw vraag.", code="empty_text", field="text")
    assert (str(error), error.code, error.field) == ("Typ eerst uw vraag.", "empty_text", "text")


@pytest.mark.parametrize("kind", [Refused, Collision])
def test_without_a_text_the_usual_one_is_said(kind: type[Refused]) -> None:
    assert str(kind()) == kind.message
