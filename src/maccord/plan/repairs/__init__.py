"""One file per kind of fault: how its repair is drafted."""
