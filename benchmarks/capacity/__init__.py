"""`make capacity`: what one, ten and a hundred million users need, from measured costs; writes docs/capacity.md."""
