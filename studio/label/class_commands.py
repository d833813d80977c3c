"""What can be done to classes from the Label screen, by keys, menus and the panel itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from studio.keys.changing import ask_class_key
from studio.label.class_panel import ClassPanel
from studio.session import Session

ABOUT_THE_CHOSEN = (
    "assign", "assign_and_stay", "rename_class", "merge_class", "class_colour", "class_key", "class_up", "class_down",
    "remove_class",
)  # fmt: skip


def class_commands(panel: ClassPanel) -> Mapping[str, Callable[[], object]]:
    """Return what the actions about classes do, by the names they use."""
    return {
        "add_class": panel.begin_add,
        "give_class": panel.begin_give,
        "rename_class": panel.begin_rename,
        "merge_class": panel.begin_merge,
        "class_colour": panel.choose_colour,
        "class_key": panel.choose_key,
        "class_up": lambda: panel.move_chosen(-1),
        "class_down": lambda: panel.move_chosen(1),
        "remove_class": panel.remove,
    }


def carry_out(panel: ClassPanel, session: Session, parent: QWidget) -> None:
    """Let what the panel wants of classes be done to the project."""
    changes = session.changes
    panel.added.connect(changes.add_class)
    panel.renamed.connect(changes.rename_class)
    panel.moved.connect(changes.move_class)
    panel.coloured.connect(changes.colour_class)
    panel.removed.connect(changes.remove_class)
    panel.key_wanted.connect(lambda name: ask_class_key(name, session.library, changes, parent))
