"""No more of a request is read into samples than a request may hold."""

from __future__ import annotations

import tracemalloc

import pytest

from exporters.server.refused import Refused
from exporters.server.samples import read_batch
from exporters.server.settings import Limits
from exporters.standalone.package import Package
from tests.exporters.server.client import form


def test_a_table_of_more_rows_than_the_limit_is_refused_before_they_are_held(row_package: Package) -> None:
    body = ",".join(row_package.columns).encode() + b"\n" + b"1\n" * 400_000
    halves = form(("file", "a.csv", body[:15_000]), ("file", "b.csv", body))
    for content, content_type in ((body, "text/csv"), halves):
        tracemalloc.start()
        try:
            with pytest.raises(Refused, match="more than 10,000 samples") as refused:
                read_batch(content, content_type, row_package, Limits())
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert refused.value.status == 413
        assert most < 40_000_000
