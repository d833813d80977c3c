"""Which files to ask about, and where to save the answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from engine.task import Modality
from labeling.media import MEDIA


def _endings(modality: Modality) -> str:
    """Return the endings of a medium's files as a dialog takes them."""
    return " ".join(f"*{ending}" for ending in MEDIA[modality].suffixes)


_FILTERS = {
    Modality.IMAGE: f"Pictures ({_endings(Modality.IMAGE)});;All files (*)",
    Modality.AUDIO: f"Sounds ({_endings(Modality.AUDIO)});;All files (*)",
    Modality.TEXT: "Texts and tables (*.txt *.csv *.tsv *.xlsx *.jsonl *.parquet);;All files (*)",
    Modality.TABLE: "Tables (*.csv *.tsv *.xlsx *.jsonl *.parquet);;All files (*)",
}


def choose_files(parent: QWidget, modality: Modality, then: Callable[[list[Path]], object]) -> QFileDialog:
    """Let the person choose files, or one table."""
    dialog = QFileDialog(parent, "Choose what to ask the model about", "", _FILTERS[modality])
    many = modality is not Modality.TABLE
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if many else QFileDialog.FileMode.ExistingFile)
    dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def choose_where_to_save(parent: QWidget, then: Callable[[Path], object]) -> QFileDialog:
    """Let the person choose a CSV file to write."""
    dialog = QFileDialog(parent, "Save predictions", "predictions.csv", "CSV (*.csv)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
