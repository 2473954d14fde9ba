"""The one sentence that goes with everything the program says."""

NOTICE = (
    "Research use only: aldesim simulates; it is not a medical device and gives no treatment"
    " advice."
)
