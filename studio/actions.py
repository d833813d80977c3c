"""Every command a person can give, declared once. Menus, buttons, the palette and the key overlay are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from exporters.targets import TARGETS
from studio.screen import Screen
from studio.session import Session


class Scope(StrEnum):
    """Where an action's keys work: everywhere, or on the screen of that id."""

    GLOBAL = "global"
    DATA = "data"
    LABEL = "label"
    TRAIN = "train"
    RESULTS = "results"
    TRY_IT = "try_it"
    SHARE = "share"


class Shell(Protocol):
    """What an action may use: the session, the screens and the window's own abilities."""

    session: Session

    def go(self, screen_id: str) -> None:
        """Show a screen."""
        ...

    def page(self, screen_id: str) -> Screen:
        """Return a screen."""
        ...

    def command(self, name: str) -> None:
        """Do one of the window's own commands, by name."""
        ...


def _always(_shell: Shell) -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """A command: ``keys`` are Qt key sequences, ``shown_keys`` what the overlay prints instead of them."""

    id: str
    title: str
    keys: tuple[str, ...]
    scope: Scope
    calls: Callable[[Shell], object]
    enabled_when: Callable[[Shell], bool] = _always
    menu: str = ""
    shown_keys: str = ""


def on_screen(scope: Scope, command: str, title: str, *keys: str, menu: str = "", shown_keys: str = "") -> Action:
    """Return an action that one screen carries out through :meth:`Screen.commands`; its id is ``scope.command``."""
    return Action(
        id=f"{scope.value}.{command}",
        title=title,
        keys=keys,
        scope=scope,
        calls=lambda shell: shell.page(scope.value).commands()[command](),
        enabled_when=lambda shell: shell.page(scope.value).can(command),
        menu=menu,
        shown_keys=shown_keys,
    )


def of_window(command: str, title: str, *keys: str, menu: str = "") -> Action:
    """Return an action that the window itself carries out; its id is ``window.command``."""
    return Action(f"window.{command}", title, keys, Scope.GLOBAL, lambda shell: shell.command(command), menu=menu)


def _go(number: int, screen_id: str, title: str) -> Action:
    return Action(
        f"go.{screen_id}", title, (f"Ctrl+{number}",), Scope.GLOBAL, lambda shell: shell.go(screen_id), menu="Go"
    )


SCREENS = (
    ("data", "Data"),
    ("label", "Label"),
    ("train", "Train"),
    ("results", "Results"),
    ("try_it", "Try it"),
    ("share", "Share"),
)

ACTIONS: tuple[Action, ...] = (
    of_window("import_folder", "Import folder…", "Ctrl+I", menu="Project"),
    of_window("import_file", "Import file…", "Ctrl+Shift+I", menu="Project"),
    of_window("open_project", "Open project…", "Ctrl+O", menu="Project"),
    of_window("close_project", "Close project", "Ctrl+W", menu="Project"),
    of_window("quit", "Quit", "Ctrl+Q", menu="Project"),
    Action(
        "edit.undo",
        "Undo",
        ("Ctrl+Z",),
        Scope.GLOBAL,
        lambda shell: shell.session.undo(),
        lambda shell: shell.session.undo_name is not None,
        menu="Edit",
    ),
    Action(
        "edit.redo",
        "Redo",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        Scope.GLOBAL,
        lambda shell: shell.session.redo(),
        lambda shell: shell.session.redo_name is not None,
        menu="Edit",
    ),
    Action(
        "window.history",
        "History…",
        ("Ctrl+H",),
        Scope.GLOBAL,
        lambda shell: shell.command("history"),
        lambda shell: shell.session.project is not None,
        menu="Edit",
    ),
    *(_go(number, *screen) for number, screen in enumerate(SCREENS, start=1)),
    of_window("theme_system", "Same as the system", menu="View/Appearance"),
    of_window("theme_light", "Light", menu="View/Appearance"),
    of_window("theme_dark", "Dark", menu="View/Appearance"),
    of_window("full_screen", "Full screen", "F11", menu="View"),
    on_screen(Scope.DATA, "paste", "Paste files, paths or a picture", "Ctrl+V", menu="Data"),
    on_screen(Scope.DATA, "export_labels", "Export the labels…", "Ctrl+E", menu="Data"),
    on_screen(Scope.DATA, "search", "Search by name", "Ctrl+F", menu="Data"),
    on_screen(Scope.DATA, "label_selected", "Label the selected sample", "Return", menu="Data"),
    on_screen(Scope.DATA, "columns", "Say what each column is used as…", "Ctrl+L", menu="Data"),
    on_screen(Scope.DATA, "show_all", "Show all samples", "Esc", menu="Data"),
    on_screen(Scope.LABEL, "assign", "Give the class with this key, then go on", shown_keys="1 … 9, 0, -, ="),
    on_screen(Scope.LABEL, "assign_and_stay", "Give the class and stay", shown_keys="Shift + the same keys"),
    on_screen(Scope.LABEL, "accept", "Accept what is suggested, then go on", "Return", "Enter", menu="Label"),
    on_screen(
        Scope.LABEL, "accept_visible", "Accept all suggestions in sight", "Shift+Return", "Shift+Enter", menu="Label"
    ),
    on_screen(Scope.LABEL, "accept_sure", "Accept all suggestions that are sure enough", menu="Label"),
    on_screen(Scope.LABEL, "give_class", "Give a class by typing a part of its name", "/", menu="Label"),
    on_screen(Scope.LABEL, "next", "Next", "Right", "D", menu="Label"),
    on_screen(Scope.LABEL, "previous", "Previous", "Left", "A", menu="Label"),
    on_screen(Scope.LABEL, "next_unlabelled", "Next without a label", "Shift+Right", menu="Label"),
    on_screen(Scope.LABEL, "previous_unlabelled", "Previous without a label", "Shift+Left", menu="Label"),
    on_screen(Scope.LABEL, "with_copies", "Label near-copies too, or no longer", "C", menu="Label"),
    on_screen(Scope.LABEL, "second_look", "Second look: label some again, blindly", menu="Label"),
    on_screen(Scope.LABEL, "most_doubtful", "Go to the most doubtful", "U", menu="Label"),
    on_screen(Scope.LABEL, "clear", "Take the label away", "Backspace", menu="Label"),
    on_screen(Scope.LABEL, "skip", "Skip", "X", menu="Label"),
    on_screen(Scope.LABEL, "grid", "One sample or many", "G", menu="Label"),
    on_screen(Scope.LABEL, "search", "Search by name", "Ctrl+F", menu="Label"),
    on_screen(Scope.LABEL, "show_all", "Show all samples", menu="Label"),
    on_screen(Scope.LABEL, "add_class", "Add a class", "N", menu="Label/Class"),
    on_screen(Scope.LABEL, "rename_class", "Rename the chosen class", "F2", menu="Label/Class"),
    on_screen(Scope.LABEL, "merge_class", "Merge the chosen class into another", menu="Label/Class"),
    on_screen(Scope.LABEL, "class_key", "Key of the chosen class", "F4", menu="Label/Class"),
    on_screen(Scope.LABEL, "class_colour", "Colour of the chosen class", "F3", menu="Label/Class"),
    on_screen(Scope.LABEL, "class_up", "Move the chosen class up", "Ctrl+Shift+Up", menu="Label/Class"),
    on_screen(Scope.LABEL, "class_down", "Move the chosen class down", "Ctrl+Shift+Down", menu="Label/Class"),
    on_screen(Scope.LABEL, "remove_class", "Remove the chosen class", menu="Label/Class"),
    on_screen(Scope.LABEL, "draw", "Mark: draw boxes or regions, go into the text", "R", menu="Label/Mark"),
    on_screen(Scope.LABEL, "put", "Put a box in the middle", "Shift+R", menu="Label/Mark"),
    on_screen(Scope.LABEL, "mark_selection", "Mark what is selected", "Ctrl+B", menu="Label/Mark"),
    on_screen(Scope.LABEL, "mark_here", "Mark the moment that is played", "Ctrl+M", menu="Label/Mark"),
    on_screen(Scope.LABEL, "next_mark", "Choose the next box, region or span", "E", menu="Label/Mark"),
    on_screen(Scope.LABEL, "previous_mark", "Choose the one before", "Shift+E", menu="Label/Mark"),
    on_screen(Scope.LABEL, "delete_mark", "Delete the box, region or span", "Del", menu="Label/Mark"),
    on_screen(Scope.LABEL, "copy_marks", "Copy those of the previous sample", "Ctrl+P", menu="Label/Mark"),
    on_screen(Scope.LABEL, "edit_marks", "Edit the list of regions or spans", "T", menu="Label/Mark"),
    on_screen(Scope.LABEL, "move", "Move the chosen box or region", shown_keys="Arrows, with Ctrl further"),
    on_screen(Scope.LABEL, "move_end", "Move its right and lower edge, its end", shown_keys="Alt + arrows"),
    on_screen(Scope.LABEL, "move_start", "Move its left and upper edge, its start", shown_keys="Alt + Shift + arrows"),
    on_screen(Scope.LABEL, "stop", "Leave off: marking, what is chosen, the enlargement", "Esc", menu="Label/Mark"),
    on_screen(Scope.LABEL, "play", "Play or pause; look closely at a photo", "Space", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "loop", "Repeat what is selected", "L", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "slower", "Play slower", ",", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "faster", "Play faster", ".", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "select_from", "Select from the playhead on", "[", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "select_to", "Select up to the playhead", "]", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "back", "Playhead back", "J", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "forth", "Playhead forward", "K", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "zoom_in", "Larger", "Ctrl+=", "Ctrl++", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "zoom_out", "Smaller", "Ctrl+-", menu="Label/Look and listen"),
    on_screen(Scope.LABEL, "zoom_fit", "Show all of it", "Ctrl+0", menu="Label/Look and listen"),
    on_screen(Scope.TRAIN, "start", "Train", "Ctrl+Return", menu="Train"),
    on_screen(Scope.TRAIN, "pause", "Pause", menu="Train"),
    on_screen(Scope.TRAIN, "resume", "Resume", menu="Train"),
    on_screen(Scope.TRAIN, "finish", "Finish now", menu="Train"),
    on_screen(Scope.TRAIN, "discard", "Discard", menu="Train"),
    on_screen(Scope.TRY_IT, "choose_file", "Choose a file to try…", menu="Try it"),
    on_screen(Scope.TRY_IT, "paste", "Paste a picture or files", "Ctrl+V", menu="Try it"),
    on_screen(Scope.SHARE, "export", "Export…", "Ctrl+E", menu="Share"),
    *(
        on_screen(Scope.SHARE, f"export_{name}", f"Export as: {target.title or name}…", menu="Share/Export as")
        for name, target in TARGETS.items()
    ),
    on_screen(Scope.SHARE, "switch_model", "The whole ensemble or the small model", "M", menu="Share"),
    on_screen(Scope.SHARE, "cancel", "Cancel the export", menu="Share"),
    on_screen(Scope.SHARE, "open_folder", "Open the folder of the export", "O", menu="Share"),
    on_screen(Scope.SHARE, "copy_path", "Copy the path of the export", "P", menu="Share"),
    on_screen(Scope.SHARE, "copy_command", "Copy the command that runs the export", "C", menu="Share"),
    on_screen(Scope.SHARE, "test", "Test this export", "T", menu="Share"),
    on_screen(Scope.SHARE, "try_in_browser", "Try the export in a browser", "B", menu="Share"),
    on_screen(Scope.SHARE, "build_and_try", "Build the container and try it", menu="Share"),
    on_screen(Scope.SHARE, "stop", "Stop what is being tried", menu="Share"),
    of_window("palette", "Find a command…", "Ctrl+K", menu="Help"),
    of_window("keys", "Keys of this screen", "?", "F1", menu="Help"),
)


def find(action_id: str) -> Action:
    """Return the action of that id.

    Raises:
        KeyError: no action is called so.
    """
    for action in ACTIONS:
        if action.id == action_id:
            return action
    raise KeyError(action_id)
