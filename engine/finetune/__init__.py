"""Fine-tuning of pretrained networks, the same for pictures, sounds and texts.

A modality brings a :class:`engine.finetune.base.Net`; :class:`engine.finetune.learner.FineTune` does the rest.
"""
