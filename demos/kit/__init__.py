"""What several lessons draw with: boundaries, curves, lines, pictures; and their data."""
