"""Rehearses a plan on emulated hosts that are where the real ones are: what each step does, cuts off, and leaves."""
