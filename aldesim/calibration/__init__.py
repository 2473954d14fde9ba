"""Calibration of the virtual populations to published trials."""
