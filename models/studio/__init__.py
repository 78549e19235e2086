"""The presenter studio: builds the stock presenters offline, from a head mesh and procedural work alone.

Nothing here runs in the appliance. It needs the extra `studio` (Blender as a module, scipy, pillow).
"""
