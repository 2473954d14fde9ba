"""Molecules and doses before any trial: map over the affinities, dose-response, window."""
