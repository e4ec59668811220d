"""The commands' defaults, and what turns them and the command line into checked settings."""
