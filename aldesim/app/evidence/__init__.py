"""What the model rests on: its agreement with published numbers, its parameters, its structure."""
