"""Plots made of a few shapes, which the page draws as SVG and the PDF with its own pen."""
