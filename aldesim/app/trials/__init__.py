"""Virtual trials from the browser: run, pause, resume, open, compare, delete."""
