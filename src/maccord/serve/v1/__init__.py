"""The operations of REST v1, by what they are about. Each checks the grant, calls the authority once, and answers."""
