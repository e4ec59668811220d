"""Meshes and textures as plain NumPy arrays: no Blender, no torch."""
