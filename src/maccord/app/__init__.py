"""Use cases, one file each: what the command line and, later, the service ask for."""
