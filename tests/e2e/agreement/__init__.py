"""Logins in every state of disrepair, and what the inspector and the real server say to each."""
