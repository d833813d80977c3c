"""A picture of all curves: a panel a dataset, ours as steps, the others as points, over log time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path

from tests.benchmarks.cases import CASES
from tests.benchmarks.comparing import medians, others, rivals
from tests.benchmarks.report import OTHER_PACE
from tests.benchmarks.results import OURS, Outcome

_COLUMNS = 4
_PANEL = (3.6, 2.7)  # inches
_DPI = 80
_FIRST_S = 0.5
_TICKS_S = (1, 3, 10, 30, 60, 100, 300, 1200)


def draw(outcomes: Sequence[Outcome], path: Path) -> bool:
    """Draw the runs of one budget of each dataset into a PNG; False where there are no curves.

    That is the longest at which other tools were measured too, on machines of the same pace, or the longest of all:
    there :func:`title` says that moments are not comparable.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [(case.name, telling(case.name, outcomes)) for case in CASES]
    shown = [(name, runs) for name, runs in shown if runs]
    if not shown:
        return False
    columns, rows = min(_COLUMNS, len(shown)), -(-len(shown) // _COLUMNS)
    size = (_PANEL[0] * columns, _PANEL[1] * rows)
    figure, panels = pyplot.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    colours = _colours(dict.fromkeys(run.contender for run in outcomes))
    for panel, (name, runs) in zip(panels.flat, shown, strict=False):
        _panel(panel, title(name, runs, outcomes), runs, colours)
    for panel in panels.flat[len(shown) :]:
        panel.set_axis_off()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=_DPI, metadata={"Software": None})
    pyplot.close(figure)
    return True


def _colours(contenders: Iterable[str]) -> dict[str, str]:
    """Return a colour for each, all different as far as twenty: the strong ones first, then their pale twins."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    twenty = [to_hex(colormaps["tab20"](place)) for place in (*range(0, 20, 2), *range(1, 20, 2))]
    return dict(zip(contenders, cycle(twenty), strict=False))


def telling(name: str, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the runs of a dataset that are drawn."""
    mine, middle = [outcome for outcome in outcomes if outcome.case == name and outcome.curve], medians(outcomes)
    compared = {outcome.budget_s for outcome in mine if rivals(middle, (name, outcome.budget_s), "alc")}
    chosen = max(compared or {outcome.budget_s for outcome in mine}, default=0.0)
    return [outcome for outcome in mine if outcome.budget_s == chosen]


def title(name: str, runs: Sequence[Outcome], outcomes: Sequence[Outcome]) -> str:
    """Return what stands over the runs drawn of a dataset: with a mark where machines of other paces made them."""
    middle, spot = medians(outcomes), (name, runs[0].budget_s)
    apart = others(middle, spot) and not rivals(middle, spot, "alc")
    return f"{name}, {spot[1]:g} s" + (f" ({OTHER_PACE} machines of other paces)" if apart else "")


def _panel(panel: object, heading: str, runs: Sequence[Outcome], colours: dict[str, str]) -> None:
    from matplotlib.axes import Axes

    assert isinstance(panel, Axes)
    named: set[str] = set()
    for run in runs:
        seconds, scores = [max(_FIRST_S, at) for at, _ in run.curve], [score for _, score in run.curve]
        label = None if run.contender in named else run.contender
        named.add(run.contender)
        if run.contender == OURS:
            seconds, scores = [*seconds, max(run.budget_s, seconds[-1])], [*scores, scores[-1]]
            panel.step(seconds, scores, where="post", color=colours[run.contender], label=label, linewidth=1.2)
        else:
            panel.plot(seconds, scores, "o", markersize=4, color=colours[run.contender], label=label)
    final = [run.curve[-1][1] for run in runs]
    panel.set_ylim(max(-0.05, min(final) - 0.35), min(1.0, max(final) + 0.03))
    panel.set_xscale("log")
    panel.set_xlim(_FIRST_S, 1.1 * max(run.budget_s for run in runs))
    panel.minorticks_off()
    ticks = [at for at in _TICKS_S if at <= panel.get_xlim()[1]]
    panel.set_xticks(ticks, [f"{at:g} s" for at in ticks])
    panel.set_title(heading, fontsize=8)
    panel.tick_params(labelsize=6)
    panel.legend(fontsize=5, loc="lower right")
