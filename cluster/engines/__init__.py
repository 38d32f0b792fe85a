"""Engines as processes of this machine, from packages: started, stopped, killed, paused, and cut off by a proxy."""
