"""Checks of finished presenters: contact sheets and scores of what the live engine makes of a bundle.

Needs the extra `studio`; `watching` also the models `blazeface-short-range` and `face-mesh-468`.
"""
