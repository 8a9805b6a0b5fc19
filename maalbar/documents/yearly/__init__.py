"""The yearly report (årsrapport) to committee and council: two A4 pages in plain words and pictures, of what is approved.

Here belongs how it reads and looks. What it may tell is decided before (`maalbar/flow/yearly_counts.py`): a figure that may not
leave comes as `SUPPRESSED`, and stands as a word in picture, table and sentence.
"""
