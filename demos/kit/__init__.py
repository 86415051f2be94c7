"""What several lessons draw with: boundaries, curves, pictures; and data."""
