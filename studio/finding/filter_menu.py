"""The menus that say which samples are shown and in what order, made anew each time they open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from engine.task import Kind
from studio.finding.view import View, shuffled
from studio.finding.wanted import MARKED, ORDERS, STANDS, By, Stand, Wanted
from studio.wording import capital

_LONGEST = 48
_MOST_CLASSES = 200


def fill_filter(menu: QMenu, view: View, classes: Iterable[str]) -> None:
    """Offer what samples can be narrowed to; what is chosen now is ticked."""
    menu.clear()
    wanted = view.wanted
    menu.addAction("Show all", view.clear).setEnabled(wanted.narrows)
    menu.addSeparator()
    stands = QActionGroup(menu)
    free = replace(wanted, ids=None, caption="")  # of samples chosen one by one nothing narrower is shown
    for stand in _stands(view):
        words = MARKED.get(view.listing.modality, STANDS[stand]) if stand is Stand.MARKED else STANDS[stand]
        chosen = wanted.stand is stand
        after = replace(free, stand=None if chosen else stand)
        _offer(menu, capital(words), chosen, _shows(view, after), stands)
    menu.addSeparator()
    names = [] if view.listing.kind is Kind.REGRESSION else list(classes)[:_MOST_CLASSES]
    _choices(menu, "Class", names, wanted.label, lambda name: view.show(replace(free, label=name)))
    known = names if view.suggestions.by_sample else []
    _choices(menu, "Suggested", known, wanted.suggested, lambda name: view.show(replace(free, suggested=name)))
    _choices(menu, "Split", view.splits(), wanted.split, lambda name: view.show(replace(free, split=name)))


def fill_sort(menu: QMenu, view: View) -> None:
    """Offer the orders samples can be in; that of now is ticked."""
    menu.clear()
    wanted = view.wanted
    orders = QActionGroup(menu)
    suggested = bool(view.suggestions.order or view.suggestions.by_sample)
    for by in By:
        if by in (By.DOUBT, By.USEFUL) and not (suggested or wanted.by is by):
            continue
        after = shuffled(wanted) if by is By.RANDOM else replace(wanted, by=by, reverse=False)
        _offer(menu, capital(ORDERS[by][0]), wanted.by is by, _shows(view, after), orders)
    menu.addSeparator()
    other_way = replace(wanted, reverse=not wanted.reverse)
    _offer(menu, "The other way around", wanted.reverse, _shows(view, other_way)).setEnabled(wanted.by is not By.RANDOM)


def _stands(view: View) -> list[Stand]:
    offered = [Stand.LABELLED, Stand.UNLABELLED]
    if view.suggestions.by_sample or view.wanted.stand in (Stand.SUGGESTED, Stand.DOUBTFUL):
        offered += [Stand.SUGGESTED, Stand.DOUBTFUL]
    offered.append(Stand.SKIPPED)
    if view.listing.marked or view.listing.kind is Kind.MULTILABEL:
        offered.append(Stand.MARKED)
    return offered


def _shows(view: View, wanted: Wanted) -> Callable[[], None]:
    return lambda: view.show(wanted)


def _choices(
    menu: QMenu, title: str, names: list[str], chosen: str | None, choose: Callable[[str | None], None]
) -> None:
    if not names:
        return
    below = menu.addMenu(title)
    group = QActionGroup(below)
    _offer(below, "Any", chosen is None, lambda: choose(None), group)
    for name in names:
        _offer(below, name or "In none", chosen == name, partial(choose, name), group)


def _offer(
    menu: QMenu, words: str, chosen: bool, calls: Callable[[], None], group: QActionGroup | None = None
) -> QAction:
    short = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    made = menu.addAction(short.replace("&", "&&"))
    made.setCheckable(True)
    made.setChecked(chosen)
    made.triggered.connect(lambda _checked=False: calls())
    if group is not None:
        group.addAction(made)
    return made
