"""What moves what: parameters of the model against what a simulation shows."""
