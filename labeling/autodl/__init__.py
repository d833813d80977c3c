"""Data sets of the AutoDL challenge: ``metadata.textproto`` beside TFRecord files of sequence examples.

::

    NAME.data/train/metadata.textproto   what the tensors are and what the labels are called
    NAME.data/train/sample-*             the samples: tensors (sequence, rows, columns, channels) and labels
    NAME.data/test/…                     the same without labels
    NAME.solution                        the labels of the test part: a line a sample, a number a class

(https://github.com/zhengying-liu/autodl_starting_kit_stable, AutoDL_ingestion_program/data.proto and dataset.py)
"""
