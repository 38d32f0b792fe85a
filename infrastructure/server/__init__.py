"""HTTP servers for Perch."""
