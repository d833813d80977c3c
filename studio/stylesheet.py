"""The style sheet of the studio. Widgets say what they are with properties; this file says what that looks like.

=============================  =======================================================================
property                       values
=============================  =======================================================================
``QLabel[role]``               ``display`` (one big figure), ``title``, ``heading``, ``muted``, ``caption``
``QPushButton[kind]``          ``primary`` (one a screen), ``danger``, ``quiet``; none: an ordinary button
``QFrame[card="true"]``        a raised panel
``QListView[plain="true"]``    a list without a ground of its own
``QFrame[bar]``                ``info``, ``warning``, ``error``, ``good``: an inline message
=============================  =======================================================================
"""

from __future__ import annotations

from string import Template

from resources.paths import RESOURCES
from studio.theme import Palette

_SIZES = {"display": 3.3, "title": 1.9, "heading": 1.22, "caption": 1.0, "sentence": 1.55}
_SHEET = Template("""
QWidget { color: $text; }
QMainWindow, QDialog, QWidget#content { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 6px 8px; }
QLabel { background: transparent; }
QLabel[role="display"] { font-size: ${display}pt; font-weight: 600; }
QLabel[role="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}pt; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="caption"] { color: $muted; font-size: ${caption}pt; }
QLabel[role="sentence"], QComboBox[role="sentence"] { font-size: ${sentence}pt; }
QLabel[role="sentence-strong"] { font-size: ${sentence}pt; font-weight: 600; color: $accent_text; }
QComboBox[role="sentence"] { color: $accent_text; font-weight: 600; }
QFrame[card="true"] { background: $surface; border: 1px solid $border; border-radius: 10px; }

QPushButton { background: $raised; border: 1px solid $control; border-radius: 7px; padding: 8px 14px;
              min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border: 2px solid $accent; padding: 7px 13px; }
QPushButton:disabled { color: $control; border-color: $border; }
QPushButton:checked { background: $accent_soft; border-color: $accent; color: $accent_text; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600;
                              padding: 8px 20px; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; padding: 7px 19px; }
QPushButton[kind="primary"]:disabled { background: $border; border-color: $border; color: $muted; }
QPushButton[kind="danger"] { color: $bad; border-color: $bad; }
QPushButton[kind="quiet"] { background: transparent; border: 1px solid transparent; color: $accent_text; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:focus { border: 2px solid $accent; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit {
  background: $surface; border: 1px solid $control; border-radius: 7px; padding: 6px 10px; min-height: 18px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus {
  border: 2px solid $accent; padding: 5px 9px; }
QComboBox { padding-right: 24px; }
QComboBox:focus { padding-right: 23px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url($down); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border; outline: none;
  selection-background-color: $accent_soft; selection-color: $text; }

QAbstractItemView { background: $surface; border: none; outline: none; alternate-background-color: $window;
  selection-background-color: $accent_soft; selection-color: $text; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QTableView::item { padding: 0 10px; }
QTreeView::item { padding: 7px 8px; }
QTableView, QTableWidget, QListView, QTreeView {
  gridline-color: $border; border: 1px solid $border; border-radius: 8px; }
QListView[plain="true"] { background: transparent; border: none; }
QTableView:focus, QListView:focus { border: 2px solid $accent; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: 8px 10px; font-weight: 600; }
QHeaderView::section:vertical { font-weight: 400; border-bottom: none; }
QTableCornerButton::section { background: $surface; border: none; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $control; border-radius: 4px; margin: 2px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $border; border: none; border-radius: 4px; min-height: 8px; max-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }

QMenuBar { background: $surface; border-bottom: 1px solid $border; padding: 2px 6px; }
QMenuBar::item { padding: 5px 10px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $border; padding: 6px; }
QMenu::item { padding: 6px 28px 6px 14px; border-radius: 6px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $control; }
QMenu::separator { height: 1px; background: $border; margin: 6px 8px; }

QFrame[bar] { border-radius: 8px; border: 1px solid $border; background: $surface; }
QFrame[bar="info"] { background: $accent_soft; border-color: $accent; }
QFrame[bar="good"] { background: $good_soft; border-color: $good; }
QFrame[bar="warning"] { background: $warn_soft; border-color: $warn; }
QFrame[bar="error"] { background: $bad_soft; border-color: $bad; }

QFrame#rail { background: $surface; border: none; border-right: 1px solid $border; }
QFrame#next-step { background: $surface; border: none; border-top: 1px solid $border; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 7px; padding: 5px; }
QToolButton:hover { background: $hover; }
QToolButton:focus { border: 2px solid $accent; padding: 4px; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $control; border-radius: 4px;
  background: $surface; }
QCheckBox::indicator:focus { border: 2px solid $accent; width: 14px; height: 14px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($check); }
QRadioButton { spacing: 8px; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $control; border-radius: 8px;
  background: $surface; }
QRadioButton::indicator:focus { border: 2px solid $accent; width: 12px; height: 12px; }
QRadioButton::indicator:checked { background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
  stop: 0 $on_accent, stop: 0.38 $on_accent, stop: 0.46 $accent, stop: 1 $accent); border-color: $accent; }
QRadioButton:disabled { color: $muted; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::handle:horizontal { background: $accent; width: 18px; margin: -7px 0; border-radius: 9px; }
QSplitter::handle { background: transparent; }
""")


def stylesheet(palette: Palette, points: float = 9.0) -> str:
    """Return the style sheet in the palette's colours, for a system whose letters are ``points`` large."""
    names = {field: value for field, value in vars(palette).items() if isinstance(value, str)}
    down = RESOURCES / "icons" / ("down-dark.svg" if palette.dark else "down-light.svg")
    check = RESOURCES / "icons" / ("check-dark.svg" if palette.dark else "check-light.svg")
    sizes = {role: f"{points * share:.1f}" for role, share in _SIZES.items()}
    return _SHEET.substitute({**names, **sizes}, down=down.as_posix(), check=check.as_posix())
