"""Emulated Hyper-V hosts, VMM servers and layer-2 networks: what a fleet lives through, without a fleet.

A world owes nothing to what it judges: it derives ranges and issues addresses in code of its own, from the vendor's
documents, and knows maccord only by how addresses are spelled. So its truth is independent of the rules and causes.
"""
