"""A second look: some labelled samples again, without their label, to learn how well the labels agree."""
