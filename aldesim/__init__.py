"""aldesim: a virtual clinic for interleukin-2. Research use only; it gives no treatment advice."""

__version__ = "0.1.0"
