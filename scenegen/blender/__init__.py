"""The only room that imports bpy: it builds a Scene, renders it and hands back arrays."""
