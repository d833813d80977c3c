"""The process that trains: protocol, main loop, supervisor."""
