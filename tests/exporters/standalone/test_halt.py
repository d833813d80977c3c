from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from exporters.standalone.halt import Halt, Halted
from exporters.standalone.package import Package
from tests.exporters.graphs import altered, slowly

ROW = {"length in cm": 3.0, "colour 🎨": "rot", "label": 1.7e9, "inner_1_Mul": "place 3"}


@pytest.fixture(scope="module")
def slow(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Package:
    """Answers after some seconds."""
    return Package.open(altered(folders["table"], tmp_path_factory.mktemp("slow") / "table", slowly), threads=1)


def test_a_call_ends_soon_after_its_end_is_asked_for(slow: Package) -> None:
    halt, items = Halt(), [slow.read(ROW)]
    timer = threading.Timer(0.2, halt.ask)
    start = time.monotonic()
    timer.start()
    with pytest.raises(Halted):
        slow.predict(items, halt)
    assert 0.1 < time.monotonic() - start < 1.5


def test_no_call_begins_once_the_end_was_asked_for(opened: dict[str, Package]) -> None:
    package, halt = opened["table"], Halt()
    items = [package.read(ROW)]
    assert package.predict(items, halt) == package.predict(items)
    halt.ask()
    with pytest.raises(Halted):
        package.predict(items, halt)
    with pytest.raises(Halted):
        package.run(package.feeds(items), halt)


def test_who_listens_hears_it_once_and_who_comes_late_at_once() -> None:
    halt, heard = Halt(), list[str]()
    with halt.telling(lambda: heard.append("left before")):
        pass
    with halt.telling(lambda: heard.append("waited")):
        halt.ask()
    with halt.telling(lambda: heard.append("came late")):
        assert halt.is_asked
    assert heard == ["waited", "came late"]
