"""Repairs: from incidents to the smallest plan of typed steps, each with what it expects and how it is taken back."""
