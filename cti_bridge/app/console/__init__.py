"""The console's ports over this daemon, and the web server that serves them."""
