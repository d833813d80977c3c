"""The line that finds samples: typed words, ticked wishes, and a sentence with a way back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from labeling.suggest.model import Suggestions
from studio.finding.filter_bar import FilterBar
from studio.finding.filter_menu import fill_filter, fill_sort
from studio.finding.wanted import By, Stand, Wanted
from studio.session import Session


@pytest.fixture
def bar(session: Session, qtbot: QtBot) -> FilterBar:
    made = FilterBar(session.view, session.library)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def offered(menu: QMenu) -> dict[str, QAction]:
    """Return what a menu and the menus in it offer, by their words."""
    found: dict[str, QAction] = {}
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            found |= {f"{action.text()}: {inner.text()}": inner for inner in below.actions()}
        else:
            found[action.text()] = action
    return found


def test_typing_finds_and_escape_shows_all_again(bar: FilterBar, session: Session, qtbot: QtBot) -> None:
    bar.focus_search()
    QTest.keyClicks(bar.search, "photo 3")
    qtbot.waitUntil(lambda: session.view.rows == [3])
    assert bar.sentence.text() == "Showing 1 of 9 photos, with “photo 3” in the name."
    assert bar.everything.isVisible()
    with qtbot.waitSignal(bar.left):
        QTest.keyClick(bar.search, Qt.Key.Key_Escape)
    assert len(session.view.rows) == 9
    assert not bar.sentence.isVisible()


def test_enter_finds_at_once_and_leaves_the_field(bar: FilterBar, session: Session, qtbot: QtBot) -> None:
    bar.focus_search()
    QTest.keyClicks(bar.search, "photo 3")
    with qtbot.waitSignal(bar.left):
        QTest.keyClick(bar.search, Qt.Key.Key_Return)
    assert session.view.rows == [3]


def test_wishes_add_up_and_are_ticked(bar: FilterBar, session: Session, suggestions: Suggestions) -> None:
    session.view.suggest(suggestions)
    menu = QMenu(bar)
    fill_filter(menu, session.view, session.library.counts())
    assert "With boxes" not in offered(menu)
    offered(menu)["Without a label"].trigger()
    fill_filter(menu, session.view, session.library.counts())
    assert offered(menu)["Without a label"].isChecked()
    offered(menu)["Suggested: nut"].trigger()
    assert session.view.wanted == Wanted(stand=Stand.UNLABELLED, suggested="nut")
    assert session.view.rows == [5, 6]
    fill_filter(menu, session.view, session.library.counts())
    assert offered(menu)["Suggested: nut"].isChecked()
    offered(menu)["Show all"].trigger()
    assert session.view.wanted == Wanted()


def test_without_suggestions_none_are_offered(bar: FilterBar, session: Session) -> None:
    menu = QMenu(bar)
    fill_filter(menu, session.view, session.library.counts())
    assert not any(words.startswith("Suggested") or words == "Doubtful" for words in offered(menu))
    fill_sort(menu, session.view)
    assert "Most doubtful first" not in offered(menu)


def test_an_order_is_chosen_and_turned_around(bar: FilterBar, session: Session) -> None:
    menu = QMenu(bar)
    fill_sort(menu, session.view)
    offered(menu)["By name"].trigger()
    assert bar.sort_button.text() == "By name"
    fill_sort(menu, session.view)
    offered(menu)["The other way around"].trigger()
    assert session.view.wanted == Wanted(by=By.NAME, reverse=True)
    assert session.view.rows[0] == 8
    assert bar.sort_button.text() == "By name, Z to A"
    fill_sort(menu, session.view)
    offered(menu)["Shuffled"].trigger()
    fill_sort(menu, session.view)
    assert not offered(menu)["The other way around"].isEnabled()


def test_samples_are_found_anew_on_demand(bar: FilterBar, session: Session) -> None:
    session.view.show(Wanted(stand=Stand.UNLABELLED))
    assert not bar.anew.isVisible()
    session.set_label([session.library.listing.ids[4]], "nut", "Label one")
    assert bar.anew.isVisible()
    QTest.mouseClick(bar.anew, Qt.MouseButton.LeftButton)
    assert session.view.rows == [5, 6, 7, 8]
    assert not bar.anew.isVisible()


@pytest.mark.parametrize("choice", ["Class: nut", "Suggested: nut"])
def test_a_class_chosen_after_single_samples_shows_all_of_that_class(
    bar: FilterBar, session: Session, suggestions: Suggestions, choice: str
) -> None:
    session.view.suggest(suggestions)
    ids = session.library.listing.ids
    session.view.show(Wanted(ids=tuple(ids[4:6]), caption="2 photos: is bolt, it said nut"))
    menu = QMenu()
    fill_filter(menu, session.view, ["bolt", "nut"])
    offered(menu)[choice].trigger()
    assert session.view.wanted.ids is None
    assert session.view.wanted.caption == ""
