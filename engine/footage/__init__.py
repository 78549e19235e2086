"""Training videos of stock presenters with exact ground truth: what replica training learns from, and is tested with."""
