"""The web app: a virtual clinic in the browser, served on this machine."""
