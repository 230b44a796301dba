"""Appraisals: how well grids, offices and posts did in a period, by schemes that a deployment writes; and thanks to who reports."""
