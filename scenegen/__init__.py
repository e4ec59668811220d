"""From SceneSpecs to a dataset on disk: Blender stage, labels, job, writers and gallery."""
