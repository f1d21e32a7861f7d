"""What ``apikeys doctor`` looks at, and what it found."""
