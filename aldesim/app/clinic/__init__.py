"""The clinic on one page: screening, calendar and preparation, rule sets, handout."""
