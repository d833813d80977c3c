"""What the card says, a chapter a file. Each returns blocks of :mod:`exporters.report.document`."""
