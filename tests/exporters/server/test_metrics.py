from __future__ import annotations

import re

from exporters.server.metrics import Metrics, resident_bytes
from tests.exporters.server.client import Server
from tests.exporters.server.test_friendly import ROW

LINE = re.compile(r'^[a-z_]+(\{([a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? [0-9.e+-]+$')


def test_every_line_is_in_the_text_format(row_server: Server) -> None:
    row_server.post_json("/predict", {"columns": ROW})
    text = row_server.get("/metrics").body.decode()
    assert text.endswith("\n")
    for line in text.splitlines():
        assert line.startswith(("# HELP ", "# TYPE ")) or LINE.match(line), line


def test_what_happens_is_counted(row_server: Server) -> None:
    def figure(name: str) -> float:
        text = row_server.get("/metrics").body.decode()
        return next(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name + " "))

    row_server.post_json("/predict", {"columns": ROW})
    answered = 'autodidact_samples_total{outcome="answered"}'
    requests = 'http_requests_total{method="POST",route="predict",status="200"}'
    before = figure(answered), figure(requests), figure('autodidact_samples_total{outcome="unreadable"}')
    row_server.post_json("/predict", {"rows": [ROW, ROW, {**ROW, "length in cm": "long"}]})
    after = figure(answered), figure(requests), figure('autodidact_samples_total{outcome="unreadable"}')
    assert [late - early for late, early in zip(after, before, strict=True)] == [2, 1, 1]
    assert 10e6 < figure("process_resident_memory_bytes") < 1e9


def test_slots_add_up_and_names_are_escaped() -> None:
    metrics = Metrics()
    for seconds in (0.0004, 0.004, 0.4, 400.0):
        metrics.count("POST", "predict", 200, seconds)
    lines = metrics.text('a"b\\c\nd', waiting=3).splitlines()
    buckets = [int(line.rpartition(" ")[2]) for line in lines if "_bucket{" in line]
    assert buckets == sorted(buckets) and buckets[0] == 1 and buckets[-2:] == [3, 4]
    assert 'autodidact_model_info{model="a\\"b\\\\c\\nd"} 1' in lines
    assert "autodidact_predictions_waiting 3" in lines
    assert resident_bytes() > 1e6
