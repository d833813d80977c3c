"""The desktop app, one folder a screen, and the command line. Never imports torch."""
