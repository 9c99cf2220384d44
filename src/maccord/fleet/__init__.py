"""Records of the estate: what was seen, the tables that rules query, and what a diagnosis is made of."""
