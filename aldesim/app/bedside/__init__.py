"""One virtual patient, live: what can be set, how it is treated, what is shown and said."""
